import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {parse as parseYaml} from 'yaml';
import type {Origins} from '../spec/origin.js';
import {plainNumbers} from '../support/plain-numbers.js';
import {isAlive} from './alive.js';
import {type CsvRow, columnOf, type EpochValue, parseRows} from './csv-rows.js';
import type {RunEnvironment} from './environment.js';
import type {IndexedRun} from './index/index-file.js';
import {noLabels, parseLabels, type RunLabels, type RunNote, tagsWith} from './labels.js';
import {type RunFile, runFiles} from './layout.js';
import {environmentOf, numbersOf, planOf, statusOf, summaryOf} from './parse-records.js';
import {parsePlainYaml} from './plain-yaml.js';
import type {ReadState} from './read-state.js';
import type {RunGroup, RunStatus, RunSummary} from './records.js';
import {nameWithoutStamp} from './run-name.js';
import {trialKey} from './sweep/layout.js';

export type {CsvRow, EpochValue, ReadState};

/**
 * A run folder as found, whatever state it is in. Damaged or missing files become warnings and undefined values, never exceptions:
 * a list of a thousand runs must not fail at one. Small files are read at once, the rest when asked for.
 */
export class Run {
  readonly id: string;
  /** What is wrong with the folder; grows as files are read. */
  readonly warnings: string[] = [];
  readonly #indexed: IndexedRun | undefined;
  readonly #status: () => RunStatus | undefined;
  readonly #summary: () => RunSummary | undefined;
  readonly #labels: () => RunLabels;
  readonly #resolved: () => unknown;
  readonly #metrics: () => readonly CsvRow[];

  /** @param indexed what is known of its files without reading them; holds for a folder without damage */
  constructor(
    readonly path: string,
    indexed?: IndexedRun,
  ) {
    this.id = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
    this.#indexed = indexed;
    this.#metrics = once(() => this.#readRows('metrics'));
    if (indexed) {
      this.#status = once(() => statusOf(parsed(indexed.status)));
      this.#summary = once(() => summaryOf(parsed(indexed.summary)));
      this.#labels = once(() => (parsed(indexed.labels) as RunLabels | undefined) ?? noLabels);
      this.#resolved = once(() => parsed(indexed.spec));
      return;
    }
    const [status, summary] = [this.#readRecord('status', statusOf), this.#readRecord('summary', summaryOf)];
    if (!status && !summary) this.#warn(`neither ${runFiles.status} nor ${runFiles.summary} is readable`);
    this.#status = () => status;
    this.#summary = () => summary;
    this.#labels = once(() => parseLabels(this.#readText('labels') ?? '', (message) => this.#warn(message)));
    this.#resolved = once(() => this.#readSpec());
  }

  /** Tells it from all other runs of a runs folder: the name of its folder, or `SWEEP/trials/0007` of a trial. */
  get key(): string {
    return trialKey(this.path) ?? this.id;
  }

  get status(): RunStatus | undefined {
    return this.#status();
  }

  get summary(): RunSummary | undefined {
    return this.#summary();
  }

  /** The spec's tags, and what `exp tag` changed of them. */
  get tags(): readonly string[] {
    const {tags} = {...(this.summary ?? (this.resolvedSpec() as object | undefined))} as {readonly tags?: unknown};
    const ofSpec = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
    return tagsWith(ofSpec, this.#labels());
  }

  /** In the order in which they were written. */
  get notes(): readonly RunNote[] {
    return this.#labels().notes;
  }

  get state(): ReadState {
    if (this.summary) return 'finished';
    if (!this.status) return 'corrupt';
    if (this.status.state === 'finished') return 'crashed';
    if (this.status.state === 'running' && !isAlive(this.status)) return 'crashed';
    return this.status.state === 'interrupted' && this.status.pruned !== undefined ? 'pruned' : this.status.state;
  }

  /** The spec's name, or the folder's without stamp and letters, which of a trial is a number only. */
  get name(): string {
    if (this.summary) return this.summary.name ?? nameWithoutStamp(this.id);
    const {name} = {...(this.key === this.id ? {} : (this.resolvedSpec() as object | undefined))} as {name?: unknown};
    return typeof name === 'string' ? name : nameWithoutStamp(this.id);
  }

  /** Present if the run is one of several that one command made. */
  get group(): RunGroup | undefined {
    return this.summary?.group ?? this.status?.group;
  }

  get startedAt(): Date | undefined {
    const text = this.status?.startedAt ?? this.summary?.startedAt;
    const time = new Date(text ?? Number.NaN);
    return Number.isNaN(time.getTime()) ? undefined : time;
  }

  /** How long the run took or has been going; for a crashed one until its last heartbeat. */
  get durationSeconds(): number | undefined {
    if (this.summary) return this.summary.durationSeconds.total;
    if (!this.status || !this.startedAt) return undefined;
    const end = this.state === 'running' ? Date.now() : Date.parse(this.status.endedAt ?? this.status.heartbeatAt);
    return (end - this.startedAt.getTime()) / 1000;
  }

  /** Rows of metrics.csv, whole epochs only. */
  metrics(): readonly CsvRow[] {
    return this.#metrics();
  }

  /** The last of {@link metrics}. */
  lastRow(): CsvRow | undefined {
    const row = parsed(this.#indexed?.lastRow ?? '');
    // Not kept: of thousands of runs nobody wants all rows.
    return typeof row === 'object' && row !== null ? numbersOf(row as CsvRow) : this.#readRows('metrics').at(-1);
  }

  /** What {@link metrics} have in a column, without the others and without keeping it. */
  column(name: string): readonly EpochValue[] {
    return columnOf(this.#readTable('metrics'), name) ?? this.#damaged('metrics');
  }

  timing(): readonly CsvRow[] {
    return this.#readRows('timing');
  }

  /** resolved.yaml as plain data. */
  resolvedSpec(): unknown {
    return this.#resolved();
  }

  /** Where each value of the resolved spec came from. */
  origins(): Origins | undefined {
    return this.#readJson<Origins>('origins', []);
  }

  /** plan.json as plain data. */
  plan(): object | undefined {
    return this.#readRecord('plan', planOf);
  }

  environment(): RunEnvironment | undefined {
    return this.#readRecord('environment', environmentOf);
  }

  /** What an index may repeat of this run; undefined while it goes on, and where something is wrong with it. */
  indexed(): IndexedRun | undefined {
    const [status, summary, lastRow, labels] = [this.status, this.summary, this.lastRow(), this.#labels()];
    const spec = this.resolvedSpec();
    if (this.warnings.length > 0 || this.state === 'running' || holdsUnwritable(spec)) return undefined;
    const text = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, plainNumbers));
    return {
      status: text(status),
      summary: text(summary),
      lastRow: text(lastRow),
      labels: labels.added.length + labels.removed.length + labels.notes.length > 0 ? text(labels) : '',
      spec: text(spec),
    };
  }

  /** Path of a file of the run; undefined when it is not there. */
  find(file: RunFile): string | undefined {
    const target = path.join(this.path, runFiles[file]);
    return existsSync(target) ? target : undefined;
  }

  /** Files may be read twice; what is wrong with them is told once. */
  #warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  #readSpec(): unknown {
    const text = this.#readText('resolved');
    if (text === undefined) return undefined;
    try {
      return parsePlainYaml(text) ?? parseYaml(text, {prettyErrors: false});
    } catch {
      this.#warn(`${runFiles.resolved} is not YAML`);
      return undefined;
    }
  }

  #readText(file: RunFile): string | undefined {
    const target = path.join(this.path, runFiles[file]);
    try {
      const stats = statSync(target, {throwIfNoEntry: false});
      if (!stats) return undefined;
      // Reading a pipe would wait for somebody to write into it.
      if (stats.isFile() || stats.isDirectory()) return readFileSync(target, 'utf8');
      this.#warn(`${runFiles[file]} is no file`);
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isAbsent) this.#warn(`${runFiles[file]} cannot be read: ${String(error)}`);
    }
    return undefined;
  }

  /** Our own files are trusted as soon as they parse and have the keys that everything else builds on. */
  #readJson<Record extends object>(file: RunFile, keys: readonly (keyof Record & string)[]): Record | undefined {
    return this.#readRecord(file, (value) => {
      const isWhole = typeof value === 'object' && value !== null && keys.every((key) => key in value);
      return isWhole ? (value as Record) : undefined;
    });
  }

  #readRecord<Record extends object>(file: RunFile, read: (value: unknown) => Record | undefined): Record | undefined {
    const text = this.#readText(file);
    if (text === undefined) return undefined;
    try {
      const record = read(JSON.parse(text));
      if (record) return record;
    } catch {
      // Falls through to the warning.
    }
    this.#warn(`${runFiles[file]} is damaged`);
    return undefined;
  }

  #readRows(file: 'metrics' | 'timing'): readonly CsvRow[] {
    return parseRows(this.#readTable(file)) ?? this.#damaged(file);
  }

  /** The header and the whole rows; empty where there are none. */
  #readTable(file: 'metrics' | 'timing'): string {
    const text = this.#readText(file) ?? '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) this.#warn(`the last row of ${runFiles[file]} is cut off and left out`);
    return whole;
  }

  #damaged(file: 'metrics' | 'timing'): readonly [] {
    this.#warn(`${runFiles[file]} is damaged`);
    return [];
  }
}

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

function once<Value>(make: () => Value): () => Value {
  let made: {readonly value: Value} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}

/** Numbers of YAML that JSON cannot hold. */
function holdsUnwritable(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsUnwritable);
  return typeof value === 'number' && !Number.isFinite(value);
}

/** Reads a run folder, in whatever state it is. */
export const readRun = (folder: string): Run => new Run(folder);
