import {randomBytes} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {makeFolders} from '../support/make-folders.js';
import {unwritable, writing} from './unwritable.js';

const maxNameLength = 80;
const maxAttempts = 100;

/** A run name as part of a folder name: no separators, no leading dots, no way out of the runs folder. */
export function folderNameOf(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, maxNameLength)
    .replace(/[.-]+$/, '');
  return safe || 'run';
}

/** `20261123-143502`, local time. */
export function stampOf(time: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}${pad(time.getMonth() + 1)}${pad(time.getDate())}`;
  return `${date}-${pad(time.getHours())}${pad(time.getMinutes())}${pad(time.getSeconds())}`;
}

const stamped = /-\d{8}-\d{6}-[a-z]{4}$/;

/** Whether a folder is called as `makeRunFolder` calls them. */
export const hasRunName = (folder: string): boolean => stamped.test(path.basename(folder));

/** The run's own name: the folder's without stamp and letters. */
export const nameWithoutStamp = (id: string): string => id.replace(stamped, '');

/** From the system's random numbers, never from the seed. */
const randomLetters = (count: number): string =>
  String.fromCharCode(...Array.from(randomBytes(count), (byte) => 'a'.charCodeAt(0) + (byte % 26)));

/** Four letters that tell runs of the same second apart. */
const runLetters = (): string => randomLetters(4);

/** A name for the runs of one command, of eight letters: no two groups of a folder get the same. */
export const makeGroupId = (): string => randomLetters(8);

/**
 * Makes `runsDir/<name>-<YYYYMMDD-HHMMSS>-<4 letters>`, a folder that was not there before: mkdir is the lock, so two processes
 * never get the same one.
 * @throws ExpError RUN_UNWRITABLE
 */
export function makeRunFolder(runsDir: string, name: string, time: Date, letters = runLetters): string {
  writing(runsDir, () => makeFolders(path.resolve(runsDir)));
  for (let attempt = 1; ; attempt++) {
    const folder = path.join(runsDir, `${folderNameOf(name)}-${stampOf(time)}-${letters()}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || attempt === maxAttempts) throw unwritable(error, folder);
    }
  }
}
