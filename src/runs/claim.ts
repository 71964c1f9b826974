import {linkSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {isAlive, thisProcess} from './alive.js';
import type {RunStatus} from './records.js';
import {writing} from './unwritable.js';

type Holder = Pick<RunStatus, 'pid' | 'host' | 'process' | 'heartbeatAt'>;

/** The right to resume a run. */
export interface Claim {
  /** To be called when status.json names the process, or when nothing comes of it. */
  release(): void;
}

let numClaims = 0;

/**
 * Makes sure that one process alone resumes a run. A run that was resumed n times is claimed by making the file `resume-<n+1>.claim`,
 * which the file system lets only one process do; a claim whose process is gone is passed over. Nothing is ever taken from anybody, so
 * there is no moment at which two hold it.
 * @param numResumes how often the run has been resumed, by its status; it is to be read again when the claim is held
 * @throws ExpError RUN_ALIVE if another process holds the claim, RUN_UNWRITABLE
 */
export function claimRun(folder: string, numResumes: number): Claim {
  const own: Holder = {...thisProcess(), heartbeatAt: new Date().toISOString()};
  const temporary = path.join(folder, `claim.${process.pid}-${++numClaims}.tmp`);
  writing(folder, () => writeFileSync(temporary, JSON.stringify(own)));
  try {
    for (let number = numResumes + 1; ; number++) {
      const file = path.join(folder, `resume-${number}.claim`);
      if (writing(folder, () => tryToLink(temporary, file))) return {release: () => rmSync(file, {force: true})};
      const holder = readHolder(file);
      // One that is gone again by now belonged to a process that is done: the status has changed.
      if (!holder || isAlive(holder)) throw heldBy(folder, holder);
    }
  } finally {
    rmSync(temporary, {force: true});
  }
}

/** Removes the claims of processes that died before they could. */
export function removeSpentClaims(folder: string, numResumes: number): void {
  for (let number = numResumes; number > 0; number--) {
    const file = path.join(folder, `resume-${number}.claim`);
    const holder = readHolder(file);
    if (holder && !isAlive(holder)) rmSync(file, {force: true});
  }
}

/** With its content from the start, so that nobody reads half of it. @returns whether there was no such file */
function tryToLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    // File systems without hard links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'EXDEV') return tryToCopy(from, to);
    throw error;
  }
}

function tryToCopy(from: string, to: string): boolean {
  try {
    writeFileSync(to, readFileSync(from), {flag: 'wx'});
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
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
