import path from 'node:path';
import {findRunFolder, listRuns, openRuns} from '../runs/find-runs.js';
import type {Run} from '../runs/run.js';

/**
 * Runs that people mean: each reference is a run as {@link findRunFolder} knows it, a pattern with `*` or `?` (for shells that do not fill in
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
  return openRuns(references.flatMap((reference) => foldersMeantBy(reference, runsDir, all)));
}

function foldersMeantBy(reference: string, runsDir: string, all: () => readonly Run[]): readonly string[] {
  try {
    return [findRunFolder(reference, runsDir)];
  } catch (error) {
    const found = /[*?]/.test(reference)
      ? matching(reference, runsDir, all())
      : all().filter(({group}) => group?.id === reference);
    if (found.length > 0) return found.map((run) => run.path);
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
