import {appendFileSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {stringify} from 'csv-stringify/sync';
import {type SavedModel, weightsFileName} from '../model/save.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {plainNumbers} from '../support/plain-numbers.js';
import {withoutSecrets} from '../support/secrets.js';
import type {MetricTable} from '../training/metrics/metric.js';
import {thisProcess} from './alive.js';
import {CsvFile} from './csv-file.js';
import {modelFiles, type RunFile, runFiles, tableFile} from './layout.js';
import type {CsvBytes, RunGroup, RunResume, RunStatus, RunSummary} from './records.js';
import {makeRunFolder} from './run-name.js';
import {writing} from './unwritable.js';

/** The folder of one run while it is written. Every method throws ExpError RUN_UNWRITABLE when the disk refuses. */
export class RunDirectory {
  /** Name of the folder. */
  readonly id: string;
  #status: RunStatus;

  private constructor(
    readonly path: string,
    readonly startedAt: Date,
    known: Partial<RunStatus> = {},
  ) {
    this.id = path.split(/[\\/]/).at(-1)!;
    const now = startedAt.toISOString();
    this.#status = {
      epoch: 0,
      numEpochs: 0,
      step: 0,
      ...known,
      state: 'running',
      ...thisProcess(),
      startedAt: now,
      heartbeatAt: now,
    };
  }

  /**
   * Makes a new folder below `runsDir` and marks it running.
   * @param options.name any text; what a folder cannot hold is replaced
   * @param options.folder one that is there already, to be used instead
   */
  static create(options: {
    readonly runsDir: string;
    readonly folder?: string | undefined;
    readonly name: string;
    readonly startedAt?: Date;
    readonly group?: RunGroup | undefined;
    readonly groupSeeds?: readonly number[] | undefined;
  }): RunDirectory {
    const {runsDir, name, startedAt = new Date(), group, groupSeeds} = options;
    const directory = new RunDirectory(options.folder ?? makeRunFolder(runsDir, name, startedAt), startedAt);
    directory.updateStatus({...(group ? {group} : {}), ...(groupSeeds ? {groupSeeds} : {})});
    return directory;
  }

  /**
   * Marks the folder of a run that is over, for whatever reason, as running again.
   * @param known its status as it was read
   */
  static reopen(folder: string, startedAt: Date, known: RunStatus | undefined, resume: RunResume): RunDirectory {
    const {endedAt: _end, message: _message, lastGood: _good, pruned: _pruned, ...rest} = known ?? {};
    const resumes = [...(known?.resumes ?? []), resume];
    const directory = new RunDirectory(folder, startedAt, {...rest, resumes});
    directory.updateStatus({epoch: resume.epoch, step: resume.step});
    return directory;
  }

  fileOf(file: RunFile): string {
    return path.join(this.path, runFiles[file]);
  }

  get status(): RunStatus {
    return this.#status;
  }

  writeText(file: RunFile, text: string): void {
    const target = this.fileOf(file);
    writing(target, () => writeFileAtomically(target, withoutSecrets(text)));
  }

  writeJson(file: RunFile, value: unknown): void {
    this.writeText(file, toJson(value));
  }

  /** Replaces the given fields of status.json and renews the heartbeat. */
  updateStatus(change: Partial<RunStatus>): void {
    this.#status = {...this.#status, heartbeatAt: new Date().toISOString(), ...change};
    this.writeJson('status', this.#status);
  }

  /** The run is over, finished or not. */
  close(state: RunStatus['state'], details: Partial<RunStatus> = {}): void {
    this.updateStatus({...details, state, endedAt: new Date().toISOString()});
  }

  /** Removes the summary, which only a finished run has, and the half-written files of processes that were killed. */
  tidyUp(): void {
    writing(this.path, () => {
      const leftOver = readdirSync(this.path).filter((name) => /\.\d+-\d+\.tmp$/.test(name));
      for (const name of [runFiles.summary, ...leftOver]) rmSync(path.join(this.path, name), {force: true});
    });
  }

  /** The last file of a run: once it is there, the run is finished. */
  writeSummary(summary: RunSummary): void {
    const target = this.fileOf('summary');
    writing(target, () => writeFileAtomically(target, withoutSecrets(toJson(summary)), {durable: true}));
  }

  /** Opens metrics.csv, steps.csv or timing.csv with its header. @param keptBytes what is behind them is cut off */
  openCsv(file: keyof CsvBytes, columns: readonly string[], keptBytes?: number): CsvFile {
    return new CsvFile(this.fileOf(file), columns, keptBytes);
  }

  /** Writes what a metric has to say of a set, `confusion-matrix.test.csv`. */
  writeTable(split: string, {name, header, rows}: MetricTable): void {
    const target = path.join(this.path, tableFile(name, split));
    writing(target, () => writeFileAtomically(target, stringify([[...header], ...rows.map((row) => [...row])])));
  }

  /** Adds to output.log. @param text plain, with its line break. */
  appendLog(text: string): void {
    const target = this.fileOf('log');
    writing(target, () => appendFileSync(target, withoutSecrets(text)));
  }

  /** Writes the final model as TensorFlow.js loads it: model.json and the weight file that it names. */
  writeModel({modelJson, weights}: SavedModel): void {
    const folder = this.makeFolder('model');
    writing(folder, () => {
      writeFileAtomically(path.join(folder, weightsFileName), weights);
      writeFileAtomically(path.join(folder, modelFiles.topology), JSON.stringify(modelJson));
    });
  }

  /** Writes the graphs of a training step, `NAME.onnx` each. */
  writeGraphs(graphs: ReadonlyMap<string, Uint8Array>): void {
    const folder = this.makeFolder('graph');
    writing(folder, () => {
      for (const [name, model] of graphs) writeFileAtomically(path.join(folder, `${name}.onnx`), model);
    });
  }

  /** Makes a folder of the run and returns its path. */
  makeFolder(folder: 'checkpoints' | 'model' | 'graph'): string {
    const target = this.fileOf(folder);
    writing(target, () => mkdirSync(target, {recursive: true}));
    return target;
  }
}

const toJson = (value: unknown): string => `${JSON.stringify(value, plainNumbers, 2)}\n`;
