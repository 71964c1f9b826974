import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {createOnce} from '../../support/create-once.js';
import {makeFolders} from '../../support/make-folders.js';
import {isAlive, thisProcess} from '../alive.js';
import {readRun} from '../run.js';
import {writing} from '../unwritable.js';
import {attemptFile, attemptOf, trialFile} from './layout.js';
import type {TrialFile} from './records.js';

/** attempt-K.json: who trains a trial, or did. */
export interface AttemptHolder {
  readonly worker: string;
  readonly at: string;
  readonly pid: number;
  readonly host: string;
  readonly process?: string;
  /** A scheduler's task, `4711_3`, and how often it was started again: of the same task only the newest is there. */
  readonly task?: {readonly id: string; readonly restart: number};
}

/** Who a worker is, as it signs its claims. */
export type Worker = Pick<AttemptHolder, 'worker' | 'task'>;

/** The newest attempt at the trial in a folder, 0 if there is none. */
export function newestAttempt(folder: string): number {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return 0;
  }
  return names.reduce((newest, name) => Math.max(newest, attemptOf(name) ?? 0), 0);
}

/**
 * Claims an attempt at a trial. The file is linked into place with its content, which the file system lets only one process do.
 * @param folder of the trial; made if it is not there
 * @returns whether it is ours
 * @throws ExpError RUN_UNWRITABLE
 */
export function claimAttempt(folder: string, attempt: number, worker: Worker): boolean {
  const holder: AttemptHolder = {...worker, at: new Date().toISOString(), ...thisProcess()};
  writing(folder, () => makeFolders(path.resolve(folder)));
  return createJson(path.join(folder, attemptFile(attempt)), holder);
}

/** Whether somebody else took the trial up after this attempt: its holder must not write any more. */
export const isSuperseded = (folder: string, attempt: number): boolean =>
  existsSync(path.join(folder, attemptFile(attempt + 1)));

/**
 * Whether the process that holds an attempt is gone. On another host the heartbeat of its run tells, unless the scheduler started the
 * same task again as ours.
 */
export function isAbandoned(folder: string, attempt: number, own?: Worker): boolean {
  const holder = readJson<AttemptHolder>(path.join(folder, attemptFile(attempt)));
  // Damaged: it was whole when it was linked, so this is a disk's doing, and nobody can be asked.
  if (!holder) return true;
  if (own?.task && holder.task?.id === own.task.id) return holder.task.restart < own.task.restart;
  const heartbeatAt = readRun(folder).status?.heartbeatAt;
  return !isAlive({
    ...holder,
    heartbeatAt: heartbeatAt !== undefined && heartbeatAt > holder.at ? heartbeatAt : holder.at,
  });
}

export const readTrialFile = (folder: string): TrialFile | undefined => readJson(path.join(folder, trialFile));

/** Says what a trial is, for good: the first one to say it is right. @returns what holds */
export function writeTrialFile(folder: string, trial: TrialFile): TrialFile {
  writing(folder, () => makeFolders(path.resolve(folder)));
  const file = path.join(folder, trialFile);
  if (createJson(file, trial)) return trial;
  const known = readJson<TrialFile>(file);
  if (!known) throw new Error(`${file} cannot be read`);
  return known;
}

const createJson = (file: string, content: object): boolean =>
  writing(file, () => createOnce(file, `${JSON.stringify(content)}\n`));

function readJson<Value>(file: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
