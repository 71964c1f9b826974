import type {CsvRow, EpochValue, ReadState, Run} from '../runs/run.js';
import {sweepFolderOf} from '../runs/sweep/find-sweeps.js';
import type {MetricValues} from '../training/events.js';

/** A leaf of a spec, or what a term of a run comes to. */
export type Value = number | string | boolean;

/** A run as comparisons see it: its settings, leaf by leaf, and what came of them. */
export interface ComparedRun {
  /** Tells it from the others. */
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly state: ReadState;
  readonly seed: number | undefined;
  /** Every leaf of the resolved spec by dotted path; lists of plain values are one leaf, as JSON. */
  readonly settings: ReadonlyMap<string, Value>;
  /** Rows of metrics.csv, read when first asked for. */
  readonly epochs: () => readonly CsvRow[];
  /** A column of them without the others, which costs less when thousands of runs are asked; read each time. */
  readonly column?: ((name: string) => readonly EpochValue[]) | undefined;
  /** Of the last whole epoch, also of a run that did not finish. */
  readonly last: MetricValues;
  /** Of the best moment by the monitored column. */
  readonly best: MetricValues | undefined;
  /** The column that decided which moment was best. */
  readonly monitor: string | undefined;
  /** Of the test set. */
  readonly test: MetricValues | undefined;
  readonly durationSeconds: number | undefined;
  readonly examplesPerSecond: number | undefined;
  readonly numParameters: number | undefined;
  readonly numEpochs: number | undefined;
  readonly dataFingerprint: string | undefined;
  /** Of the spec, and what `exp tag` changed of them; undefined without any. */
  readonly tags?: readonly string[] | undefined;
  /** What `exp note` wrote, one note a line. */
  readonly note?: string | undefined;
  readonly startedAt?: Date | undefined;
  /** What is wrong with its folder. */
  readonly warnings: readonly string[];
}

/** Runs that are compared with each other: trials that are all of one sweep go by their numbers. */
export function comparedRuns(runs: readonly Run[]): readonly ComparedRun[] {
  const sweeps = new Set(runs.map(sweepFolderOf));
  const isOneSweep = sweeps.size === 1 && !sweeps.has(undefined);
  return runs.map((run) => (isOneSweep ? {...comparedRun(run), id: `trial ${Number(run.id)}`} : comparedRun(run)));
}

/** Reads what comparisons need; damage becomes warnings and absent values. */
export function comparedRun(run: Run): ComparedRun {
  const {summary, status} = run;
  const spec = run.resolvedSpec();
  const settings = leavesOf(spec);
  const last = summary?.metrics.final ?? withoutCounters(run.lastRow());
  const monitor = settings.get('checkpoint.monitor') ?? settings.get('training.earlyStopping.monitor');
  const seed = settings.get('seed') ?? summary?.seed;
  const {tags, notes} = run;
  return {
    id: run.key,
    path: run.path,
    name: run.name,
    state: run.state,
    seed: typeof seed === 'number' ? seed : undefined,
    settings,
    epochs: () => run.metrics(),
    column: (name) => run.column(name),
    last,
    best: summary?.metrics.best?.metrics,
    monitor: typeof monitor === 'string' ? monitor : undefined,
    test: summary?.metrics.test,
    durationSeconds: run.durationSeconds,
    examplesPerSecond: summary?.examplesPerSecond,
    numParameters: summary?.numParameters,
    numEpochs: summary?.epochs ?? status?.epoch,
    dataFingerprint: summary?.dataFingerprint,
    ...(tags.length > 0 ? {tags} : {}),
    ...(notes.length > 0 ? {note: notes.map(({text}) => text).join('\n')} : {}),
    startedAt: run.startedAt,
    warnings: run.warnings,
  };
}

/** Columns of metrics.csv that count or set rather than measure. */
const counters: ReadonlySet<string> = new Set(['epoch', 'step', 'learningRate']);

const withoutCounters = (row: CsvRow | undefined): MetricValues =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !counters.has(name)));

/** A place in plain data; there is one for each dotted path, however many specs have it. */
interface Place {
  readonly path: string;
  readonly members: Map<string, Place>;
}

const root: Place = {path: '', members: new Map()};

function memberOf(place: Place, key: string): Place {
  const known = place.members.get(key);
  if (known) return known;
  const made = {path: place === root ? key : `${place.path}.${key}`, members: new Map<string, Place>()};
  place.members.set(key, made);
  return made;
}

/** Every leaf of plain data by dotted path. */
export function leavesOf(data: unknown): ReadonlyMap<string, Value> {
  const leaves = new Map<string, Value>();
  collectLeaves(data, root, leaves);
  return leaves;
}

function collectLeaves(value: unknown, place: Place, leaves: Map<string, Value>): void {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    leaves.set(place.path, value);
  else if (Array.isArray(value)) {
    const isPlain = value.length > 0 && value.every((member) => typeof member !== 'object' || member === null);
    if (isPlain) leaves.set(place.path, JSON.stringify(value));
    else for (let i = 0; i < value.length; i++) collectLeaves(value[i], memberOf(place, String(i)), leaves);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) collectLeaves(member, memberOf(place, key), leaves);
  }
}
