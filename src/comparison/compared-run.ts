import type {CsvRow, ReadState, Run} from '../runs/run.js';
import type {MetricValues} from '../training/events.js';

/** A leaf of a spec, or what a term of a run comes to. */
export type Value = number | string | boolean;

/** A run as comparisons see it: its settings, leaf by leaf, and what came of them. */
export interface ComparedRun {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly state: ReadState;
  readonly seed: number | undefined;
  /** Every leaf of the resolved spec by dotted path; lists of plain values are one leaf, as JSON. */
  readonly settings: ReadonlyMap<string, Value>;
  /** Rows of metrics.csv, read when first asked for. */
  readonly epochs: () => readonly CsvRow[];
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
  /** What is wrong with its folder. */
  readonly warnings: readonly string[];
}

/** Reads what comparisons need; damage becomes warnings and absent values. */
export function comparedRun(run: Run): ComparedRun {
  const {summary, status} = run;
  const spec = run.resolvedSpec();
  const settings = leavesOf(spec);
  const last = summary?.metrics.final ?? withoutCounters(run.metrics().at(-1));
  const monitor = settings.get('checkpoint.monitor') ?? settings.get('training.earlyStopping.monitor');
  const seed = settings.get('seed') ?? summary?.seed;
  return {
    id: run.id,
    path: run.path,
    name: run.name,
    state: run.state,
    seed: typeof seed === 'number' ? seed : undefined,
    settings,
    epochs: () => run.metrics(),
    last,
    best: summary?.metrics.best?.metrics,
    monitor: typeof monitor === 'string' ? monitor : undefined,
    test: summary?.metrics.test,
    durationSeconds: run.durationSeconds,
    examplesPerSecond: summary?.examplesPerSecond,
    numParameters: summary?.numParameters,
    numEpochs: summary?.epochs ?? status?.epoch,
    dataFingerprint: summary?.dataFingerprint,
    warnings: run.warnings,
  };
}

/** Columns of metrics.csv that count or set rather than measure. */
const counters: ReadonlySet<string> = new Set(['epoch', 'step', 'learningRate']);

const withoutCounters = (row: CsvRow | undefined): MetricValues =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !counters.has(name)));

/** Every leaf of plain data by dotted path. */
export function leavesOf(data: unknown): ReadonlyMap<string, Value> {
  const leaves = new Map<string, Value>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') leaves.set(path, value);
    else if (Array.isArray(value)) visitList(value, path);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
    }
  };
  const visitList = (list: readonly unknown[], path: string): void => {
    const isPlain = list.every((member) => typeof member !== 'object' || member === null);
    if (isPlain && list.length > 0) leaves.set(path, JSON.stringify(list));
    else for (const [index, member] of list.entries()) visit(member, `${path}.${index}`);
  };
  visit(data, '');
  return leaves;
}
