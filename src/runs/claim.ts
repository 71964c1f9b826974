import {readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {createOnce} from '../support/create-once.js';
import {ExpError} from '../support/errors.js';
import {isAlive, thisProcess} from './alive.js';
import type {RunStatus} from './records.js';
import {writing} from './unwritable.js';

type Holder = Pick<RunStatus, 'pid' | 'host' | 'process' | 'heartbeatAt'>;

/** The right to go on with a run. */
export interface Claim {
  /** To be called when status.json names the process, or when nothing comes of it; once more does no harm. */
  release(): void;
}

/**
 * Makes sure that one process alone goes on with a run, or with a group of runs. A claim is a file `<what>-<number>.claim` that the file
 * system lets only one process make; one whose process is gone is passed over, to the next number. Nothing is ever taken from anybody,
 * so there is no moment at which two hold it.
 * @param folder of the run, or of the first run of the group
 * @param what.numBefore claims up to this number are spent: how often the run has been resumed, by its status, which is to be read again
 * when the claim is held
 * @throws ExpError RUN_ALIVE if another process holds the claim, RUN_UNWRITABLE
 */
export function claim(
  folder: string,
  what: {readonly name: 'resume' | 'group' | 'sweep'; readonly numBefore: number},
): Claim {
  const own: Holder = {...thisProcess(), heartbeatAt: new Date().toISOString()};
  const content = JSON.stringify(own);
  const fileOf = (number: number): string => path.join(folder, `${what.name}-${number}.claim`);
  for (let number = what.numBefore + 1; ; number++) {
    const file = fileOf(number);
    if (writing(folder, () => createOnce(file, content))) {
      let isHeld = true;
      return {
        release() {
          if (isHeld) removeSpent(fileOf, number);
          isHeld = false;
        },
      };
    }
    const holder = readHolder(file);
    // One that is gone again by now belonged to a process that is done: the status has changed.
    if (!holder || isAlive(holder)) throw heldBy(folder, holder);
  }
}

/** Removes one's own claim, last of all, and those of processes that died before they could. */
function removeSpent(fileOf: (number: number) => string, own: number): void {
  for (let number = 1; number < own; number++) {
    const holder = readHolder(fileOf(number));
    if (holder && !isAlive(holder)) rmSync(fileOf(number), {force: true});
  }
  rmSync(fileOf(own), {force: true});
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function heldBy(folder: string, holder: Holder | undefined): ExpError {
  const who = holder ? ` (process ${holder.pid} on ${holder.host})` : '';
  return new ExpError(
    'RUN_ALIVE',
    `${folder} is being resumed by another process${who}`,
    'let it go on, or end it first',
  );
}
