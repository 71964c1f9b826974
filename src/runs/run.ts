import {existsSync, readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {parse as parseYaml} from 'yaml';
import type {Origins} from '../spec/origin.js';
import type {RunEnvironment} from './environment.js';
import {type RunFile, runFiles} from './layout.js';
import type {RunGroup, RunState, RunStatus, RunSummary} from './records.js';

/** A row of metrics.csv or timing.csv by column; an empty cell is left out. */
export type CsvRow = Readonly<Record<string, number>>;

/** `crashed`: marked running, but its process is gone. `corrupt`: no file tells its state. */
export type ReadState = RunState | 'crashed' | 'corrupt';

/** After this long without a heartbeat a run on another host counts as crashed. */
const staleMillis = 10 * 60 * 1000;

/**
 * A run folder as found, whatever state it is in. Damaged or missing files become warnings and undefined values, never exceptions:
 * a list of a thousand runs must not fail at one. Small files are read at once, the rest when asked for.
 */
export class Run {
  readonly id: string;
  /** What is wrong with the folder; grows as files are read. */
  readonly warnings: string[] = [];
  readonly status: RunStatus | undefined;
  readonly summary: RunSummary | undefined;
  #metrics: readonly CsvRow[] | undefined;

  constructor(readonly path: string) {
    this.id = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
    this.status = this.#readJson<RunStatus>('status', ['state', 'startedAt', 'pid', 'host', 'heartbeatAt']);
    this.summary = this.#readJson<RunSummary>('summary', ['metrics', 'durationSeconds', 'startedAt']);
    if (!this.status && !this.summary)
      this.warnings.push(`neither ${runFiles.status} nor ${runFiles.summary} is readable`);
  }

  get state(): ReadState {
    if (this.summary) return 'finished';
    if (!this.status) return 'corrupt';
    if (this.status.state === 'finished') return 'crashed';
    return this.status.state === 'running' && !isAlive(this.status) ? 'crashed' : this.status.state;
  }

  /** The spec's name, or the folder's without stamp and letters. */
  get name(): string {
    return this.summary?.name ?? this.id.replace(/-\d{8}-\d{6}-[a-z]{4}$/, '');
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
    this.#metrics ??= this.#readRows('metrics');
    return this.#metrics;
  }

  timing(): readonly CsvRow[] {
    return this.#readRows('timing');
  }

  /** resolved.yaml as plain data. */
  resolvedSpec(): unknown {
    const text = this.#readText('resolved');
    if (text === undefined) return undefined;
    try {
      return parseYaml(text);
    } catch {
      this.warnings.push(`${runFiles.resolved} is not YAML`);
      return undefined;
    }
  }

  /** Where each value of the resolved spec came from. */
  origins(): Origins | undefined {
    return this.#readJson<Origins>('origins', []);
  }

  /** plan.json as plain data. */
  plan(): object | undefined {
    return this.#readJson<object>('plan', []);
  }

  environment(): RunEnvironment | undefined {
    return this.#readJson<RunEnvironment>('environment', ['node', 'command']);
  }

  /** Path of a file of the run; undefined when it is not there. */
  find(file: RunFile): string | undefined {
    const target = path.join(this.path, runFiles[file]);
    return existsSync(target) ? target : undefined;
  }

  #readText(file: RunFile): string | undefined {
    try {
      return readFileSync(path.join(this.path, runFiles[file]), 'utf8');
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isAbsent) this.warnings.push(`${runFiles[file]} cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  /** Our own files are trusted as soon as they parse and have the keys that everything else builds on. */
  #readJson<Record extends object>(file: RunFile, keys: readonly (keyof Record & string)[]): Record | undefined {
    const text = this.#readText(file);
    if (text === undefined) return undefined;
    try {
      const value: Record = JSON.parse(text);
      if (typeof value === 'object' && value !== null && keys.every((key) => key in value)) return value;
    } catch {
      // Falls through to the warning.
    }
    this.warnings.push(`${runFiles[file]} is damaged`);
    return undefined;
  }

  #readRows(file: 'metrics' | 'timing'): readonly CsvRow[] {
    const text = this.#readText(file);
    if (text === undefined) return [];
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) this.warnings.push(`the last row of ${runFiles[file]} is cut off and left out`);
    const rows = parseRows(whole);
    if (!rows) this.warnings.push(`${runFiles[file]} is damaged`);
    return rows ?? [];
  }
}

/** Our own tables: names without commas, then numbers. Several times faster than a CSV reader, which a list of a thousand runs feels. */
function parseRows(text: string): readonly CsvRow[] | undefined {
  const [header = '', ...lines] = text.split(/\r?\n/).filter(Boolean);
  const columns = header.split(',');
  const rows: CsvRow[] = [];
  for (const line of lines) {
    const cells = line.split(',');
    if (cells.length !== columns.length) return undefined;
    const row: Record<string, number> = {};
    cells.forEach((cell, index) => {
      if (cell !== '') row[columns[index]!] = Number(cell);
    });
    rows.push(row);
  }
  return rows;
}

/** Whether the process that marked a run as running is still there; on another host its heartbeat has to tell. */
function isAlive(status: RunStatus): boolean {
  if (status.host !== hostname()) return Date.now() - Date.parse(status.heartbeatAt) < staleMillis;
  try {
    process.kill(status.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Reads a run folder, in whatever state it is. */
export const readRun = (folder: string): Run => new Run(folder);
