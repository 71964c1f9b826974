import path from 'node:path';
import {CsvTail} from './csv-tail.js';
import {runFiles} from './layout.js';
import type {CsvRow} from './run.js';
import {SeriesBuffer, type SeriesPatch} from './series.js';

/** What was added to the curves of a run. */
export interface TailChange {
  readonly epochs?: SeriesPatch;
  readonly steps?: SeriesPatch;
}

/** The curves of a run folder, read while they are written: metrics.csv with the times of timing.csv, and the losses of steps.csv. */
export class RunTail {
  #tails: Record<TailedFile, CsvTail>;
  #epochs: SeriesBuffer;
  #steps: SeriesBuffer;
  #seconds = new Map<number, number>();
  #total = 0;
  #waiting: CsvRow[] = [];

  /** @param limits rows to keep at most */
  constructor(
    readonly folder: string,
    readonly limits: {readonly epochs: number; readonly steps: number},
  ) {
    this.#tails = tailsOf(folder);
    [this.#epochs, this.#steps] = buffersOf(limits);
  }

  /**
   * Reads on. A file that was put in the place of another (a run that was taken up again) is read from its start.
   * @param isOver nothing more is to come: an epoch whose times are missing is not waited for
   * @returns what has changed
   */
  update(isOver: boolean): TailChange {
    const {metrics, timing, steps} = this.#read();
    for (const {epoch = 0, trainSeconds = 0, evaluateSeconds = 0} of timing) {
      this.#total += trainSeconds + evaluateSeconds;
      this.#seconds.set(epoch, this.#total);
    }
    this.#waiting.push(...metrics);
    const numReady = this.#waiting.findIndex(({epoch = 0}) => !isOver && !this.#seconds.has(epoch));
    const ready = this.#waiting.splice(0, numReady < 0 ? this.#waiting.length : numReady);
    const epochPatch = this.#epochs.append(ready.map((row) => this.#withTime(row)));
    const stepPatch = this.#steps.append(steps);
    return {...(epochPatch ? {epochs: epochPatch} : {}), ...(stepPatch ? {steps: stepPatch} : {})};
  }

  get epochs(): SeriesPatch {
    return this.#epochs.whole;
  }

  get steps(): SeriesPatch {
    return this.#steps.whole;
  }

  #read(): Record<TailedFile, readonly CsvRow[]> {
    const read = (file: TailedFile): ReturnType<CsvTail['read']> => this.#tails[file].read();
    const [timing, metrics, steps] = [read('timing'), read('metrics'), read('steps')];
    if (!timing.isNew && !metrics.isNew && !steps.isNew) {
      return {timing: timing.rows, metrics: metrics.rows, steps: steps.rows};
    }
    this.#tails = tailsOf(this.folder);
    [this.#epochs, this.#steps] = buffersOf(this.limits);
    [this.#seconds, this.#total, this.#waiting] = [new Map(), 0, []];
    return this.#read();
  }

  #withTime(row: CsvRow): CsvRow {
    const time = this.#seconds.get(row.epoch ?? 0);
    return time === undefined ? row : {...row, time};
  }
}

type TailedFile = 'metrics' | 'timing' | 'steps';

function tailsOf(folder: string): Record<TailedFile, CsvTail> {
  const tailOf = (file: TailedFile): CsvTail => new CsvTail(path.join(folder, runFiles[file]));
  return {metrics: tailOf('metrics'), timing: tailOf('timing'), steps: tailOf('steps')};
}

const buffersOf = (limits: {readonly epochs: number; readonly steps: number}): [SeriesBuffer, SeriesBuffer] => [
  new SeriesBuffer(limits.epochs),
  new SeriesBuffer(limits.steps, ['step', 'epoch', 'batchLoss']),
];
