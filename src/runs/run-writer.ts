import type {MetricValues, TrainingEvent} from '../training/events.js';
import {CheckpointWriter} from './checkpoint-writer.js';
import type {CsvCell, CsvFile} from './csv-file.js';
import type {CheckpointState, CsvBytes} from './records.js';
import type {RunDirectory} from './run-directory.js';
import {RunTotals} from './run-totals.js';

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
  /** Whether states are kept that training can be resumed from. */
  readonly keepsLast?: boolean;
  /** Where a run that was interrupted goes on; rows behind it are cut off. */
  readonly from?: CheckpointState['resume'] | undefined;
}

const heartbeatMillis = 3000;

/** `waitSeconds` are those of `trainSeconds` in which the step had no batch yet, `waitShare` their part. */
const timingColumns = ['epoch', 'trainSeconds', 'waitSeconds', 'waitShare', 'evaluateSeconds', 'examplesPerSecond'];

/** Turns training events into the files of the run folder, as training goes. */
export class RunWriter {
  readonly #metrics: CsvFile;
  readonly #steps: CsvFile;
  readonly #timing: CsvFile;
  readonly #validation: CsvFile | undefined;
  readonly #checkpoints: CheckpointWriter;
  /** What the run adds up to. */
  readonly totals: RunTotals;
  #rows: Readonly<Record<string, CsvCell>>[] = [];
  #lastBeat = performance.now();
  readonly #heart: NodeJS.Timeout;
  #failure: {readonly error: unknown} | undefined;
  /** Where training is; a heartbeat tells it. */
  #position = {epoch: 0, step: 0};

  constructor(
    readonly directory: RunDirectory,
    readonly options: RunWriterOptions,
  ) {
    const {metricColumns, runningColumns, validationColumns, keepsLast = true, from} = options;
    const {csvBytes = {}, totals, position} = from ?? {};
    const open = (file: keyof CsvBytes, columns: readonly string[]): CsvFile =>
      directory.openCsv(file, columns, csvBytes[file] ?? 0);
    this.#metrics = open('metrics', ['epoch', 'step', 'learningRate', ...metricColumns]);
    this.#steps = open('steps', ['step', 'epoch', 'batchLoss', 'learningRate', ...runningColumns]);
    this.#timing = open('timing', timingColumns);
    this.#validation = validationColumns && open('validation', ['step', 'epoch', ...validationColumns]);
    this.#checkpoints = new CheckpointWriter(() => directory.makeFolder('checkpoints'), keepsLast);
    this.totals = new RunTotals(totals);
    if (position) this.#position = {epoch: position.epoch, step: position.step};
    this.#heart = setInterval(() => this.#beatAlone(), heartbeatMillis).unref();
  }

  /** The training listener; a promise only where training has to wait for the disk. @throws ExpError RUN_UNWRITABLE */
  readonly listen = (event: TrainingEvent): void | Promise<void> => {
    if (this.#failure) throw this.#failure.error;
    this.#checkpoints.check();
    this.totals.listen(event);
    if (event.type === 'step') this.#onStep(event);
    if (event.type === 'trainingStarted') this.directory.updateStatus({numEpochs: event.numEpochs});
    if (event.type === 'epochStarted') this.#position.epoch = event.epoch;
    if (event.type === 'validated') {
      this.#validation?.append({step: event.step, epoch: event.epoch, ...event.metrics});
    }
    if (event.type === 'epochEnded') this.#onEpochEnded(event);
    const pending = event.type === 'checkpoint' ? this.#onCheckpoint(event) : undefined;
    if (event.type === 'tables') for (const table of event.tables) this.directory.writeTable(event.split, table);
    if (event.type === 'diverged' || event.type === 'interrupted')
      this.#position = {epoch: event.epoch, step: event.step};
    this.#beat();
    return pending;
  };

  /** Writes what is still held back; call it however training ended. @throws ExpError RUN_UNWRITABLE */
  async flush(): Promise<void> {
    this.#flushSteps();
    await this.#checkpoints.flush();
    this.directory.updateStatus(this.#position);
  }

  /** Waits for what is being written and closes the files; call it also when training failed. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    await this.#checkpoints.settled();
    for (const file of this.#files) file.close();
  }

  get #files(): readonly CsvFile[] {
    return [this.#metrics, this.#steps, this.#timing, ...(this.#validation ? [this.#validation] : [])];
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

  #onCheckpoint(event: EventOf<'checkpoint'>): void | Promise<void> {
    if (event.kind === 'best') return this.#checkpoints.best(event);
    this.#flushSteps();
    const csvBytes: CsvBytes = {
      metrics: this.#metrics.bytes,
      steps: this.#steps.bytes,
      timing: this.#timing.bytes,
      ...(this.#validation ? {validation: this.#validation.bytes} : {}),
    };
    const sync = async (): Promise<void> => void (await Promise.all(this.#files.map((file) => file.sync())));
    return this.#checkpoints.last({event, files: {csvBytes, totals: this.totals.saved}, sync});
  }

  #flushSteps(): void {
    this.#steps.append(...this.#rows);
    this.#rows = [];
  }

  /** Every few seconds: the heartbeat, the rows of steps.csv gathered since, and a checkpoint that was held back. */
  #beat(): void {
    const now = performance.now();
    if (now - this.#lastBeat < heartbeatMillis) return;
    this.#lastBeat = now;
    this.#flushSteps();
    this.#checkpoints.writeHeldBack();
    this.directory.updateStatus(this.#position);
  }

  /** Evaluations emit nothing for a while; what fails here is told with the next event. */
  #beatAlone(): void {
    try {
      this.#beat();
    } catch (error) {
      this.#failure = {error};
    }
  }
}

function pick(values: MetricValues, names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
