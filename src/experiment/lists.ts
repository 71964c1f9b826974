import type {Goal} from '../comparison/goal.js';
import {ExpError} from '../support/errors.js';

/** The parts of a flag that are separated by commas; undefined without the flag. */
export const listOf = (text: string | undefined): readonly string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** What `--group-by` names; nothing for `none`. */
export const groupKeys = (text: string | undefined): readonly string[] | undefined =>
  text === 'none' ? [] : listOf(text);

/** What `--maximize` and `--minimize` name. @throws ExpError USAGE if both name the same */
export function goalsOf({
  maximize,
  minimize,
}: {
  readonly maximize?: string | undefined;
  readonly minimize?: string | undefined;
}): ReadonlyMap<string, NonNullable<Goal>> {
  const goals = new Map<string, NonNullable<Goal>>();
  for (const name of listOf(maximize) ?? []) goals.set(name, 'maximize');
  for (const name of listOf(minimize) ?? []) {
    if (goals.has(name)) throw new ExpError('USAGE', `--maximize and --minimize both name ${JSON.stringify(name)}`);
    goals.set(name, 'minimize');
  }
  return goals;
}
