import path from 'node:path';
import type {TrainingEvent} from '../training/events.js';
import {forgetOthers, placeBest} from './best-checkpoints.js';
import {replaceFolder, writeTemporary} from './checkpoint.js';
import type {CheckpointState} from './records.js';

type CheckpointEvent = Extract<TrainingEvent, {type: 'checkpoint'}>;
type Best = Extract<CheckpointEvent, {kind: 'best'}>;
type Last = Extract<CheckpointEvent, {kind: 'last'}>;

/** A state that training can go on from, with what the run folder was like then. */
export interface LastCheckpoint {
  readonly event: Last;
  readonly files: Omit<NonNullable<CheckpointState['resume']>, 'position'>;
  /** Brings the files so described onto the disk. */
  sync(): Promise<void>;
}

/** What may wait is written at most this often: a model whose epochs take milliseconds is not worth a disk sync each. */
const intervalMillis = 2000;

/**
 * Writes checkpoints while training goes on, one after another. A best one is always on the disk before the last one that knows of it, so
 * that a run resumed from there finds what it believes to be kept.
 */
export class CheckpointWriter {
  readonly #bests = new Map<number, Best>();
  #last: LastCheckpoint | undefined;
  /** Steps of the best ones as of the newest event; undefined while there is none. */
  #kept: readonly number[] | undefined;
  #writtenMillis = performance.now();
  #current: Promise<void> | undefined;
  #failure: {readonly error: unknown} | undefined;

  /** @param makeFolder makes the folder of checkpoints and returns its path */
  constructor(
    private readonly makeFolder: () => string,
    private readonly keepsLast: boolean,
  ) {}

  /** Takes a best state. Written soon, and before the next last one. */
  best(event: Best): void {
    this.#kept = event.kept;
    this.#bests.set(event.step, event);
    for (const step of this.#bests.keys()) if (!event.kept.includes(step)) this.#bests.delete(step);
    if (this.#isFree) this.#begin();
  }

  /** Takes a state to resume from. @returns a promise if an earlier one has to be written first */
  last(checkpoint: LastCheckpoint): void | Promise<void> {
    this.#last = checkpoint;
    if (checkpoint.event.canWait) {
      if (this.#isFree) this.#begin();
      return;
    }
    if (this.#current) return this.#current.then(() => this.#begin());
    this.#begin();
  }

  /** Writes what is held back, if it has waited long enough. */
  writeHeldBack(): void {
    if (this.#isFree) this.#begin();
  }

  /** @throws ExpError RUN_UNWRITABLE if writing failed since the last call */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Writes what is still held back and waits for all of it. @throws ExpError RUN_UNWRITABLE */
  async flush(): Promise<void> {
    await this.#current;
    if (this.#last || this.#bests.size > 0) this.#begin();
    await this.#current;
    this.check();
  }

  /** Waits for what is being written; whether it failed is not asked. */
  async settled(): Promise<void> {
    await this.#current;
  }

  get #isFree(): boolean {
    return !this.#current && performance.now() - this.#writtenMillis >= intervalMillis;
  }

  #begin(): void {
    if (this.#failure || (!this.#last && this.#bests.size === 0)) return;
    const [bests, last, kept] = [[...this.#bests.values()], this.#last, this.#kept];
    this.#bests.clear();
    this.#last = undefined;
    this.#current = this.#write(bests, last, kept)
      .catch((error: unknown) => {
        this.#failure = {error};
      })
      .finally(() => {
        this.#current = undefined;
        this.#writtenMillis = performance.now();
      });
  }

  async #write(bests: readonly Best[], last: LastCheckpoint | undefined, kept: readonly number[] = []): Promise<void> {
    const folder = this.makeFolder();
    for (const {step, epoch, metrics, state: training} of bests) {
      const state = {epoch, step, metrics, savedAt: new Date().toISOString()};
      const temporary = await writeTemporary(path.join(folder, `best-${step}`), {training, state});
      await placeBest(folder, temporary, step, kept);
    }
    if (last) await this.#writeLast(path.join(folder, 'last'), last);
    if (last || !this.keepsLast) forgetOthers(folder, kept);
  }

  async #writeLast(folder: string, {event, files, sync}: LastCheckpoint): Promise<void> {
    const {epoch, step, metrics, position, state: training} = event;
    const state = {epoch, step, metrics, savedAt: new Date().toISOString(), resume: {...files, position}};
    const [temporary] = await Promise.all([writeTemporary(folder, {training, state}), sync()]);
    await replaceFolder(temporary, folder);
  }
}
