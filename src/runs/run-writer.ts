import path from 'node:path';
import type {MetricValues, TrainingEvent} from '../training/events.js';
import {writeCheckpoint} from './checkpoint.js';
import type {CsvCell, CsvFile} from './csv-file.js';
import type {RunDirectory} from './run-directory.js';

type CheckpointEvent = Extract<TrainingEvent, {type: 'checkpoint'}>;
type EventOf<Type extends TrainingEvent['type']> = Extract<TrainingEvent, {type: Type}>;

/** What the writer needs to know beforehand, so that every file has its columns from the start. */
export interface RunWriterOptions {
  /** Columns of metrics.csv after `epoch` and `step`, in their order. */
  readonly metricColumns: readonly string[];
  /** Columns of steps.csv after `step`, `epoch`, `batchLoss` and `learningRate`: the running values of the epoch. */
  readonly runningColumns: readonly string[];
  /** Columns of validation.csv after `step` and `epoch`, where the validation set is evaluated within epochs too. */
  readonly validationColumns?: readonly string[] | undefined;
  /** Steps between two rows of steps.csv. */
  readonly logEverySteps: number;
}

const heartbeatMillis = 3000;
/** A checkpoint is written at most this often, and at the end: a model whose epochs take milliseconds is not worth a disk sync each. */
const checkpointMillis = 2000;

/** `waitSeconds` are those of `trainSeconds` in which the step had no batch yet, `waitShare` their part. */
const timingColumns = ['epoch', 'trainSeconds', 'waitSeconds', 'waitShare', 'evaluateSeconds', 'examplesPerSecond'];

/** Turns training events into the files of the run folder, as training goes. */
export class RunWriter {
  readonly #metrics: CsvFile;
  readonly #steps: CsvFile;
  readonly #timing: CsvFile;
  readonly #validation: CsvFile | undefined;
  readonly #pending = new Map<CheckpointEvent['kind'], CheckpointEvent>();
  readonly #writtenAt = {best: performance.now(), last: performance.now()};
  #rows: Readonly<Record<string, CsvCell>>[] = [];
  #lastBeat = performance.now();
  /** Where training is; a heartbeat tells it. */
  #position = {epoch: 0, step: 0};

  constructor(
    readonly directory: RunDirectory,
    readonly options: RunWriterOptions,
  ) {
    this.#metrics = directory.openCsv('metrics', ['epoch', 'step', 'learningRate', ...options.metricColumns]);
    this.#steps = directory.openCsv('steps', ['step', 'epoch', 'batchLoss', 'learningRate', ...options.runningColumns]);
    this.#timing = directory.openCsv('timing', timingColumns);
    const {validationColumns} = options;
    this.#validation = validationColumns && directory.openCsv('validation', ['step', 'epoch', ...validationColumns]);
  }

  /** The training listener. @throws ExpError RUN_UNWRITABLE */
  readonly listen = (event: TrainingEvent): void => {
    if (event.type === 'step') this.#onStep(event);
    if (event.type === 'trainingStarted') this.directory.updateStatus({numEpochs: event.numEpochs});
    if (event.type === 'epochStarted') this.#position.epoch = event.epoch;
    if (event.type === 'validated') {
      this.#validation?.append({step: event.step, epoch: event.epoch, ...event.metrics});
    }
    if (event.type === 'epochEnded') this.#onEpochEnded(event);
    if (event.type === 'checkpoint') this.#onCheckpoint(event);
    if (event.type === 'tables') for (const table of event.tables) this.directory.writeTable(event.split, table);
    if (event.type === 'diverged' || event.type === 'interrupted')
      this.#position = {epoch: event.epoch, step: event.step};
    this.#beat();
  };

  /** Writes what is still held back; call it however training ended. @throws ExpError RUN_UNWRITABLE */
  flush(): void {
    this.#flushSteps();
    for (const event of this.#pending.values()) this.#write(event);
    this.#pending.clear();
    this.directory.updateStatus(this.#position);
  }

  close(): void {
    for (const file of [this.#metrics, this.#steps, this.#timing, this.#validation]) file?.close();
  }

  #onStep(event: EventOf<'step'>): void {
    this.#position.step = event.step;
    if (event.step % this.options.logEverySteps === 0) {
      const {step, epoch, batchLoss, learningRate} = event;
      this.#rows.push({step, epoch, batchLoss, learningRate, ...pick(event.running, this.options.runningColumns)});
    }
  }

  #onEpochEnded(event: EventOf<'epochEnded'>): void {
    const {epoch, step, learningRate, metrics, trainMillis, waitMillis, evaluateMillis, numExamples} = event;
    this.#position = {epoch, step};
    this.#flushSteps();
    this.#metrics.append({epoch, step, learningRate, ...metrics});
    this.#timing.append({
      epoch,
      trainSeconds: round(trainMillis / 1000, 6),
      waitSeconds: round(waitMillis / 1000, 6),
      waitShare: round(waitMillis / trainMillis, 4),
      evaluateSeconds: round(evaluateMillis / 1000, 6),
      examplesPerSecond: round((1000 * numExamples) / trainMillis, 1),
    });
  }

  #onCheckpoint(event: CheckpointEvent): void {
    if (performance.now() - this.#writtenAt[event.kind] < checkpointMillis) this.#pending.set(event.kind, event);
    else this.#write(event);
  }

  #write(event: CheckpointEvent): void {
    const {kind, epoch, step, metrics, state} = event;
    this.#pending.delete(kind);
    const folder = path.join(this.directory.makeFolder('checkpoints'), kind);
    writeCheckpoint(folder, state, {epoch, step, metrics, savedAt: new Date().toISOString()});
    this.#writtenAt[kind] = performance.now();
  }

  #flushSteps(): void {
    this.#steps.append(...this.#rows);
    this.#rows = [];
  }

  /** Every few seconds: the heartbeat, and the rows of steps.csv gathered since. */
  #beat(): void {
    const now = performance.now();
    if (now - this.#lastBeat < heartbeatMillis) return;
    this.#lastBeat = now;
    this.#flushSteps();
    this.directory.updateStatus(this.#position);
  }
}

function pick(values: MetricValues, names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
