import {randomBytes} from 'node:crypto';
import {lstatSync, readdirSync, realpathSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {claim} from './claim.js';
import {isRunFolder} from './find-runs.js';
import {type Run, readRun} from './run.js';
import {hasRunName} from './run-name.js';
import {writing} from './unwritable.js';

/** Folders that are being removed have this name beside the runs; no run's name begins with a dot. */
const trashName = /^\.trash-.+-[0-9a-f]{8}$/;

/**
 * Why a run folder must not be removed; undefined where it may. Removed is only what is plainly the folder of one run: no link, no folder
 * that other runs lie in, and nothing that a link leads to from inside of the runs folder.
 */
export function reasonToStay(run: Run, runsDir: string): string | undefined {
  const folder = path.resolve(run.path);
  const stats = lstatSync(folder, {throwIfNoEntry: false});
  if (!stats) return 'it is not there any more';
  if (stats.isSymbolicLink()) return 'it is a link, not a folder';
  if (!stats.isDirectory()) return 'it is no folder';
  const real = realpathSync(folder);
  const realRunsDir = realOrResolved(runsDir);
  if (isInside(realRunsDir, real)) return 'the runs folder is in it';
  if (isInside(process.cwd(), real)) return 'it is the folder you are in';
  if (isInside(folder, path.resolve(runsDir)) && !isInside(real, realRunsDir)) {
    return 'a link leads to it, out of the runs folder';
  }
  if (!run.status && !run.summary && !hasRunName(folder)) {
    return 'neither its name nor a readable status.json or summary.json says that it is a run';
  }
  return namesIn(folder).some((name) => isRunFolder(path.join(folder, name))) ? 'other runs lie in it' : undefined;
}

/** Whether a path is a folder or lies in it. */
function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

function realOrResolved(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Does something to a run folder that nobody may train in meanwhile: not the process that made it, and none that resumes it.
 * @throws ExpError RUN_ALIVE where somebody does; RUN_UNWRITABLE
 */
export function withIdleRun<Result>(run: Run, act: (folder: string) => Result): Result {
  const folder = path.resolve(run.path);
  const held = claim(folder, {name: 'resume', numBefore: run.status?.resumes?.length ?? 0});
  try {
    if (readRun(folder).state === 'running') {
      throw new ExpError('RUN_ALIVE', `${run.path} goes on by now`, 'end it first, or leave it out');
    }
    return act(folder);
  } finally {
    held.release();
  }
}

/**
 * Removes a folder so that it is there whole or not at all: it is renamed first, to a name that no reader looks at, and then taken apart;
 * what a killed process left of that goes with {@link emptyTrash}. Links inside are removed, not followed.
 * @param trashFolder on the same file system
 * @throws ExpError RUN_UNWRITABLE
 */
export function removeFolder(folder: string, trashFolder: string): void {
  const trash = path.join(trashFolder, `.trash-${path.basename(folder)}-${randomBytes(4).toString('hex')}`);
  writing(folder, () => {
    renameSync(folder, trash);
    rmSync(trash, {recursive: true, force: true});
  });
}

/** Takes apart what processes left that were killed while they removed. */
export function emptyTrash(trashFolder: string): void {
  for (const name of namesIn(trashFolder)) {
    if (!trashName.test(name)) continue;
    const trash = path.join(trashFolder, name);
    try {
      if (lstatSync(trash).isDirectory()) rmSync(trash, {recursive: true, force: true});
    } catch {
      // Another process is at it, or may do what this one may not.
    }
  }
}

/** Bytes of all files in a folder; links count themselves, not what they lead to. */
export function bytesOf(folder: string): number {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, {withFileTypes: true})) {
      const target = path.join(folder, entry.name);
      sum += entry.isDirectory() ? bytesOf(target) : (lstatSync(target, {throwIfNoEntry: false})?.size ?? 0);
    }
  } catch {
    // A folder that must not be looked into, or that goes at this moment.
  }
  return sum;
}
