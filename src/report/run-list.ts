import type {RunGroup} from '../runs/records.js';
import type {ReadState, Run} from '../runs/run.js';
import type {MetricValues} from '../training/events.js';
import {formatDuration, formatMetric, formatTime} from './format.js';
import {memberLabel} from './group.js';
import type {Sink} from './sink.js';
import type {Style} from './style.js';
import {renderTable} from './table.js';

/** A run as `exp ls --json` gives it. */
export interface RunListing {
  readonly run: string;
  readonly path: string;
  readonly name: string;
  readonly state: ReadState;
  /** Present if the run is one of several that one command made. */
  readonly group?: RunGroup;
  readonly startedAt?: string;
  readonly durationSeconds?: number;
  /** Whole epochs done. */
  readonly epochs: number;
  /** Epochs asked for. */
  readonly numEpochs?: number;
  /** The last epoch's values, and the test set's when the run finished. */
  readonly metrics: MetricValues;
  readonly warnings: readonly string[];
}

/** Columns of metrics.csv that are not metrics. */
const positionColumns = ['epoch', 'step', 'learningRate'];

/** Values of the last whole epoch. */
export function lastMetrics(run: Run): MetricValues {
  const row = run.metrics().at(-1) ?? {};
  return Object.fromEntries(Object.entries(row).filter(([column]) => !positionColumns.includes(column)));
}

/** What a list tells of a run. */
export function listingOf(run: Run): RunListing {
  const {summary, status, startedAt, durationSeconds} = run;
  const metrics = summary ? {...summary.metrics.final, ...summary.metrics.test} : lastMetrics(run);
  const epochs = summary?.epochs ?? run.metrics().at(-1)?.epoch ?? 0;
  return {
    run: run.id,
    path: run.path,
    name: run.name,
    state: run.state,
    ...(run.group ? {group: run.group} : {}),
    ...(startedAt ? {startedAt: startedAt.toISOString()} : {}),
    ...(durationSeconds === undefined ? {} : {durationSeconds}),
    epochs,
    ...(status?.numEpochs ? {numEpochs: status.numEpochs} : {}),
    metrics,
    warnings: run.warnings,
  };
}

/** One line per run, the oldest first. */
export function renderRunList(runs: readonly RunListing[], view: Pick<Sink, 'style' | 'width'>): string {
  const hasGroups = runs.some(({group}) => group);
  return renderTable(
    [
      {title: 'run'},
      {title: 'state'},
      ...(hasGroups ? [{title: 'group', droppable: 5}] : []),
      {title: 'started', droppable: 2},
      {title: 'epochs', align: 'right', droppable: 3},
      {title: 'metrics', droppable: 1},
      {title: 'duration', align: 'right', droppable: 4},
    ],
    runs.map((run) => [
      run.run,
      run.state,
      ...(hasGroups ? [run.group ? `${run.group.id}: ${memberLabel(run.group)}` : ''] : []),
      run.startedAt === undefined ? '' : formatTime(new Date(run.startedAt)),
      run.numEpochs === undefined ? String(run.epochs) : `${run.epochs}/${run.numEpochs}`,
      keyMetrics(run.metrics),
      run.durationSeconds === undefined ? '' : formatDuration(run.durationSeconds),
    ]),
    view,
  );
}

/** The two values that tell most: of the test set, else of the validation set, else of the training set; metrics before the loss. */
export function keyMetrics(metrics: MetricValues): string {
  const names = Object.keys(metrics);
  const prefix = ['test_', 'val_'].find((candidate) => names.some((name) => name.startsWith(candidate))) ?? '';
  const own = names.filter((name) => (prefix ? name.startsWith(prefix) : true));
  const isLoss = (name: string): boolean => name === `${prefix}loss`;
  return [...own.filter((name) => !isLoss(name)), ...own.filter(isLoss)]
    .slice(0, 2)
    .map((name) => `${name} ${formatMetric(metrics[name]!)}`)
    .join(', ');
}

/** A state in its colour. */
export function paintState(state: ReadState, style: Style): string {
  if (state === 'finished') return style.green(state);
  if (state === 'running') return style.cyan(state);
  return state === 'interrupted' ? style.yellow(state) : style.red(state);
}
