import path from 'node:path';
import {findRun, listRuns} from '../runs/find-runs.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';

/**
 * Runs that people mean: each reference is a run as {@link findRun} knows it, a pattern with `*` or `?` (for shells that do not fill in
 * file names), or the id of a group, which `exp run --seeds` prints. A run that is meant twice comes once.
 * @returns all of `runsDir` for no reference
 * @throws ExpError RUN_NOT_FOUND
 */
export function findRuns(references: readonly string[], runsDir: string): readonly Run[] {
  if (references.length === 0) return listRuns(runsDir);
  let listed: readonly Run[] | undefined;
  const all = (): readonly Run[] => {
    listed ??= listRuns(runsDir);
    return listed;
  };
  const runs = references.flatMap((reference) => meantBy(reference, runsDir, all));
  return [...new Map(runs.map((run) => [path.resolve(run.path), run])).values()];
}

function meantBy(reference: string, runsDir: string, all: () => readonly Run[]): readonly Run[] {
  try {
    return [findRun(reference, runsDir)];
  } catch (error) {
    const found = /[*?]/.test(reference)
      ? matching(reference, runsDir, all())
      : all().filter(({group}) => group?.id === reference);
    if (found.length > 0 || !(error instanceof ExpError)) return found;
    throw error;
  }
}

/** Runs of a pattern for folder names, in `runsDir` or in the folder in front of it. */
function matching(pattern: string, runsDir: string, ofRunsDir: readonly Run[]): readonly Run[] {
  const folder = path.dirname(pattern);
  const isElsewhere = folder !== '.' && path.resolve(folder) !== path.resolve(runsDir);
  if (/[*?]/.test(folder)) return [];
  const name = path
    .basename(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${name}$`);
  return (isElsewhere ? listRuns(folder) : ofRunsDir).filter(({id}) => expression.test(id));
}
