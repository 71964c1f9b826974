import {readdirSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {isSweepFolder} from './is-sweep-folder.js';
import {sweepFiles, trialName, trialOf} from './layout.js';

const hint = 'exp ls shows the sweeps there are; DIR is a path, a folder name, the beginning of one, or latest';

/** Folders of sweeps in a runs folder, by name. A folder that is not there has none. */
export function listSweeps(runsDir: string): readonly string[] {
  return foldersIn(runsDir)
    .filter((name) => !name.startsWith('.') && isSweepFolder(path.join(runsDir, name)))
    .sort()
    .map((name) => path.join(runsDir, name));
}

/** Folders of the trials of a sweep that were begun, by number. */
export function trialFolders(sweep: string): readonly string[] {
  const trials = path.join(sweep, sweepFiles.trials);
  return foldersIn(trials)
    .flatMap((name) => trialOf(name) ?? [])
    .sort((a, b) => a - b)
    .map((trial) => path.join(trials, trialName(trial)));
}

/** The folder of the sweep that a run is a trial of; undefined for any other run. */
export function sweepFolderOf({
  path: folder,
  key,
  id,
}: {
  readonly path: string;
  readonly key: string;
  readonly id: string;
}): string | undefined {
  if (key === id) return undefined;
  const sweep = path.join(folder, '..', '..');
  return isSweepFolder(sweep) ? sweep : undefined;
}

/**
 * The folder of the sweep that a person means, or undefined if it may be something else: a path, a folder name inside `runsDir`, or the
 * beginning of exactly one.
 */
export function sweepMeantBy(reference: string, runsDir: string): string | undefined {
  if (reference === '') return undefined;
  const named = [reference, path.join(runsDir, reference)].find(isSweepFolder);
  if (named !== undefined) return path.normalize(named).replace(/[\\/]+$/, '') || named;
  if (path.basename(reference) !== reference) return undefined;
  const candidates = listSweeps(runsDir).filter((folder) => path.basename(folder).startsWith(reference));
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** The same where only a sweep makes sense; `latest` is the newest. @throws ExpError RUN_NOT_FOUND */
export function findSweepFolder(reference: string, runsDir: string): string {
  const found = sweepMeantBy(reference, runsDir);
  if (found !== undefined) return found;
  const all = listSweeps(runsDir);
  if (reference === 'latest') {
    const newest = [...all].sort((a, b) => (stampIn(a) < stampIn(b) ? -1 : 1)).at(-1);
    if (newest !== undefined) return newest;
    throw new ExpError('RUN_NOT_FOUND', `there are no sweeps in ${runsDir}`, 'start one with exp sweep SPEC');
  }
  const candidates = all.filter((folder) => reference !== '' && path.basename(folder).startsWith(reference));
  if (candidates.length > 1) {
    const shown = candidates.slice(0, 10).map((folder) => `\n  ${path.basename(folder)}`);
    const rest = candidates.length > 10 ? `\n  … and ${candidates.length - 10} more` : '';
    throw new ExpError(
      'RUN_NOT_FOUND',
      `${candidates.length} sweeps in ${runsDir} begin with ${JSON.stringify(reference)}:${shown.join('')}${rest}`,
      'give more letters of one of them, or latest',
    );
  }
  throw new ExpError(
    'RUN_NOT_FOUND',
    `${JSON.stringify(reference)} is no sweep, and no sweep in ${runsDir} begins with it`,
    hint,
  );
}

/** Date and time in a folder's name. */
const stampIn = (folder: string): string => /-(\d{8}-\d{6})-[a-z]{4}$/.exec(folder)?.[1] ?? '';

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, {withFileTypes: true});
    return entries.filter((entry) => !entry.isFile()).map(({name}) => name);
  } catch {
    return [];
  }
}
