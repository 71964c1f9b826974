import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {createOnce} from '../../support/create-once.js';
import {makeFolders} from '../../support/make-folders.js';
import {writing} from '../unwritable.js';

/** What one task of an array is to do. */
export interface SubmittedTask {
  readonly slot: number;
  readonly trials?: readonly number[];
  readonly maxTrials?: number;
}

/** slurm/array-1.json: written before the array is handed over, so that one is never forgotten. */
export interface Submission {
  /** From 1. */
  readonly number: number;
  /** What the scheduler calls it: by this name it is found again if nobody could write down its id. */
  readonly name: string;
  readonly at: string;
  /** By index in the array. */
  readonly tasks: readonly SubmittedTask[];
}

/** slurm/array-1.job.json: what became of it. */
export type SubmissionOutcome = {readonly job: string} | {readonly refused: string};

/** How a task of an array ended, by its own script; absent while it runs or waits, and of one whose script was killed. */
export interface ScriptEnd {
  /** Exit code of the worker, 137 where it was killed. */
  readonly code: number;
  /** How often the scheduler had started the task again. */
  readonly restart: number;
  /** The system killed processes of the task since memory ran out. */
  readonly isOutOfMemory: boolean;
}

const folderName = 'slurm';
const recordPattern = /^array-(\d+)\.json$/;

/** The folder `slurm/` of a sweep: arrays of tasks that were handed to a scheduler, their scripts, their logs and how they ended. */
export class Submissions {
  readonly folder: string;

  /** @param sweepFolder absolute */
  constructor(sweepFolder: string) {
    this.folder = path.join(sweepFolder, folderName);
  }

  /** Text with placeholders for the array's id and the task's index, as Slurm's file names have them. */
  get logPattern(): string {
    return path.join(this.folder.replaceAll('%', '%%'), '%A_%a.log');
  }

  logOf(id: string): string {
    return path.join(this.folder, `${id}.log`);
  }

  /** What the script of task `4711_3` leaves behind: `.end`, `.timeouts`. */
  endOf(id: string): ScriptEnd | undefined {
    try {
      const [code, restart, how] = readFileSync(path.join(this.folder, `${id}.end`), 'utf8')
        .trim()
        .split(' ');
      if (how === undefined) return undefined;
      return {code: Number(code), restart: Number(restart), isOutOfMemory: how === 'oom'};
    } catch {
      return undefined;
    }
  }

  /**
   * Says that an array is about to be handed over.
   * @throws ExpError RUN_UNWRITABLE
   */
  begin(nameOf: (number: number) => string, tasks: readonly SubmittedTask[]): Submission {
    writing(this.folder, () => makeFolders(this.folder));
    for (let number = (this.all().at(-1)?.number ?? 0) + 1; ; number++) {
      const submission = {number, name: nameOf(number), at: new Date().toISOString(), tasks};
      if (this.#create(`array-${number}.json`, `${JSON.stringify(submission)}\n`)) return submission;
    }
  }

  /** @returns where the script was written */
  writeScript({number}: Submission, script: string): string {
    this.#create(`array-${number}.sh`, script);
    return path.join(this.folder, `array-${number}.sh`);
  }

  /** Says what became of an array; the first one to say it is right. */
  conclude({number}: Submission, outcome: SubmissionOutcome): void {
    this.#create(`array-${number}.job.json`, `${JSON.stringify(outcome)}\n`);
  }

  /** By number; those that were begun only, too. */
  all(): readonly Submission[] {
    let names: readonly string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names
      .filter((name) => recordPattern.test(name))
      .flatMap((name) => this.#read<Submission>(name) ?? [])
      .sort((a, b) => a.number - b.number);
  }

  outcomeOf({number}: Submission): SubmissionOutcome | undefined {
    return this.#read(`array-${number}.job.json`);
  }

  #create(name: string, text: string): boolean {
    const file = path.join(this.folder, name);
    return writing(file, () => createOnce(file, text));
  }

  #read<Value>(name: string): Value | undefined {
    try {
      return JSON.parse(readFileSync(path.join(this.folder, name), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
