import path from 'node:path';
import {findRunFolder, isRunFolder, listRuns, openRuns} from '../runs/find-runs.js';
import type {Run} from '../runs/run.js';
import {listSweeps, sweepMeantBy, trialFolders} from '../runs/sweep/find-sweeps.js';
import {ExpError} from '../support/errors.js';

/**
 * Runs that people mean: each reference is a run as {@link findRunFolder} knows it, a pattern with `*` or `?` (for shells that do not fill in
 * file names), the id of a group, which `exp run --seeds` prints, or a sweep, which means all its trials. A run that is meant twice comes once.
 * @returns all of `runsDir` but trials of sweeps for no reference
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
    const sweep = sweepMeantBy(reference, runsDir);
    if (sweep !== undefined) return trialsOf(sweep);
    const found = /[*?]/.test(reference)
      ? matching(reference, runsDir, all())
      : all()
          .filter(({group}) => group?.id === reference)
          .map((run) => run.path);
    if (found.length > 0) return found;
    throw error;
  }
}

/** @throws ExpError RUN_NOT_FOUND */
function trialsOf(sweep: string): readonly string[] {
  const folders = trialFolders(sweep).filter(isRunFolder);
  if (folders.length > 0) return folders;
  throw new ExpError('RUN_NOT_FOUND', `no trial of ${sweep} was begun`, `see exp sweep status ${sweep}`);
}

/** Runs and trials of sweeps of a pattern for folder names, in `runsDir` or in the folder in front of it. */
function matching(pattern: string, runsDir: string, ofRunsDir: readonly Run[]): readonly string[] {
  const folder = path.dirname(pattern);
  const isElsewhere = folder !== '.' && path.resolve(folder) !== path.resolve(runsDir);
  if (/[*?]/.test(folder)) return [];
  const name = path
    .basename(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${name}$`);
  const runs = (isElsewhere ? listRuns(folder) : ofRunsDir).filter(({id}) => expression.test(id));
  const sweeps = listSweeps(isElsewhere ? folder : runsDir).filter((sweep) => expression.test(path.basename(sweep)));
  return [...runs.map((run) => run.path), ...sweeps.flatMap((sweep) => trialFolders(sweep).filter(isRunFolder))];
}
