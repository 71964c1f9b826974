import {filterRuns} from '../comparison/compare.js';
import {comparedRun, type Value} from '../comparison/compared-run.js';
import {checkTerm, goalOfTerm, parseTerm, termValue} from '../comparison/term.js';
import type {ReadState, Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {findRuns} from './run-references.js';

/** Which runs a command is about. */
export interface RunSelection {
  /** Runs as people name them; all of `runsDir` when empty. */
  readonly references: readonly string[];
  readonly runsDir: string;
  /** A condition that they have to meet. */
  readonly where?: string | undefined;
  /** Tags that they must all have. */
  readonly tags?: readonly string[] | undefined;
  /** States of which they must have one. */
  readonly states?: readonly ReadState[] | undefined;
}

/** The runs that a command is about, the oldest first or as they were named. @throws ExpError RUN_NOT_FOUND, USAGE */
export function selectRuns({references, runsDir, where, tags = [], states}: RunSelection): readonly Run[] {
  const all = findRuns(references, runsDir);
  const inState = states?.length ? all.filter(({state}) => states.includes(state)) : all;
  const tagged = tags.length > 0 ? inState.filter((run) => tags.every((tag) => run.tags.includes(tag))) : inState;
  return where === undefined ? tagged : runsWhere(tagged, where);
}

function runsWhere(runs: readonly Run[], where: string): readonly Run[] {
  const kept = new Set(filterRuns(runs.map(comparedRun), where).map((run) => run.path));
  return runs.filter((run) => kept.has(run.path));
}

/** A run and what it was sorted by. */
export interface RankedRun {
  readonly run: Run;
  readonly value: Value | undefined;
}

/**
 * The best first, or the smallest where nothing is better; what has no value, or NaN, comes last.
 * @param flag which the term came from, for messages
 * @throws ExpError USAGE for a term that no run knows
 */
export function sortRuns(runs: readonly Run[], by: string, flag: string): readonly RankedRun[] {
  const term = parseTerm(by);
  const compared = runs.map(comparedRun);
  checkTerm(term, compared, flag);
  const direction = goalOfTerm(term) === 'maximize' ? -1 : 1;
  const ranked = runs.map((run, index) => ({run, value: termValue(compared[index]!, term)}));
  const isPresent = ({value}: RankedRun): boolean => value !== undefined && !Number.isNaN(value);
  return ranked.sort((a, b) => {
    if (isPresent(a) !== isPresent(b)) return isPresent(a) ? -1 : 1;
    if (!isPresent(a) || a.value === b.value) return 0;
    return (a.value! < b.value! ? -1 : 1) * direction;
  });
}

/** @throws ExpError RUN_NOT_FOUND where nothing was selected */
export function requireSelected(runs: readonly Run[], {references, runsDir}: RunSelection): void {
  if (runs.length > 0) return;
  const where = references.length > 0 ? 'none of these runs' : `no run in ${runsDir}`;
  throw new ExpError('RUN_NOT_FOUND', `${where} is meant`, 'exp ls with the same conditions shows what they select');
}
