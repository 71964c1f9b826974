import {stringify} from 'csv-stringify/sync';
import type {RunGroup} from '../runs/records.js';
import type {ReadState, Run} from '../runs/run.js';
import type {MetricValues} from '../training/events.js';
import {formatAgo, formatDuration, formatMetric, formatTime} from './format.js';
import {memberLabel} from './group.js';
import {printable, visible} from './printable.js';
import type {Sink} from './sink.js';
import type {Style} from './style.js';
import type {TrialCounts} from './sweep-progress.js';
import type {SweepStanding} from './sweep-view.js';
import {type Column, renderTable} from './table.js';
import {truncate} from './text.js';

/** A run as `exp ls --json` gives it, or a sweep. */
export interface RunListing {
  readonly run: string;
  readonly path: string;
  readonly name: string;
  readonly state: ReadState | SweepStanding;
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
  /** Present if it is a sweep: `metrics` are then the best of its own one. */
  readonly sweep?: {readonly counts: TrialCounts; readonly numTrials?: number; readonly best?: object};
  readonly tags: readonly string[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Columns of metrics.csv that are not metrics. */
const positionColumns = ['epoch', 'step', 'learningRate'];

/** Values of the last whole epoch. */
export function lastMetrics(run: Run): MetricValues {
  const row = run.lastRow() ?? {};
  return Object.fromEntries(Object.entries(row).filter(([column]) => !positionColumns.includes(column)));
}

/** What a list tells of a run. */
export function listingOf(run: Run): RunListing {
  const {summary, status, startedAt, durationSeconds} = run;
  const metrics = summary ? {...summary.metrics.final, ...summary.metrics.test} : lastMetrics(run);
  const epochs = summary?.epochs ?? run.lastRow()?.epoch ?? 0;
  return {
    run: run.key,
    path: run.path,
    name: run.name,
    state: run.state,
    ...(run.group ? {group: run.group} : {}),
    ...(startedAt ? {startedAt: startedAt.toISOString()} : {}),
    ...(durationSeconds === undefined ? {} : {durationSeconds}),
    epochs,
    ...(status?.numEpochs ? {numEpochs: status.numEpochs} : {}),
    metrics,
    tags: run.tags,
    notes: run.notes.map(({text}) => text),
    warnings: run.warnings,
  };
}

const longestNote = 40;

/** One line per run. On a terminal it tells how long ago a run began, elsewhere when. */
export function renderRunList(
  runs: readonly RunListing[],
  view: Pick<Sink, 'style' | 'width'>,
  now = new Date(),
): string {
  const isTerminal = Number.isFinite(view.width);
  const shown: readonly ListColumn[] = [
    {title: 'run', cell: ({run}) => printable(run)},
    {title: 'state', cell: ({state}) => paintState(state, view.style)},
    {
      title: 'group',
      droppable: 6,
      cell: ({group}) => (group ? printable(`${group.id}: ${memberLabel(group)}`) : ''),
      isOptional: true,
    },
    {
      title: 'started',
      droppable: 3,
      cell({startedAt}) {
        if (startedAt === undefined) return '';
        return isTerminal ? formatAgo(new Date(startedAt), now) : formatTime(new Date(startedAt));
      },
    },
    {
      title: 'epochs',
      align: 'right',
      droppable: 4,
      cell: progressText,
    },
    ...metricColumns(runs),
    {
      title: 'duration',
      align: 'right',
      droppable: 5,
      cell: ({durationSeconds}) => (durationSeconds === undefined ? '' : formatDuration(durationSeconds)),
    },
    {title: 'tags', droppable: 2, cell: ({tags}) => printable(tags.join(', ')), isOptional: true},
    {title: 'note', droppable: 7, cell: ({notes}) => noteCell(notes), isOptional: true},
  ];
  const cells = shown.map(({cell}) => runs.map(cell));
  const columns = shown.flatMap((column, index) =>
    column.isOptional && cells[index]!.every((text) => text === '') ? [] : [{column, cells: cells[index]!}],
  );
  const rows = runs.map((_, row) => columns.map((one) => one.cells[row]!));
  return renderTable(
    columns.map(({column}) => column),
    rows,
    view,
  );
}

/** `2/6`: epochs; of a sweep `7/9 trials`. */
function progressText({epochs, numEpochs, sweep}: RunListing): string {
  const of = (most: number | undefined): string => (most === undefined ? '' : `/${most}`);
  return sweep ? `${sweep.counts.over}${of(sweep.numTrials)} trials` : `${epochs}${of(numEpochs)}`;
}

type ListColumn = Column & {readonly cell: (run: RunListing) => string; readonly isOptional?: true};

const mostMetrics = 4;

/** A column for each metric that tells most of some run, or where runs measure all kinds of things one for all of them. */
function metricColumns(runs: readonly RunListing[]): readonly ListColumn[] {
  const names = [...new Set(runs.flatMap(({metrics}) => keyMetricNames(metrics)))];
  if (names.length === 0 || names.length > mostMetrics) {
    return [{title: 'metrics', droppable: 1, cell: ({metrics}) => printable(keyMetrics(metrics))}];
  }
  return names.map((name, index) => ({
    title: printable(name),
    align: 'right',
    droppable: index === 0 ? 1 : name.endsWith('loss') ? 4.5 : 1.5,
    cell: ({metrics}) => (metrics[name] === undefined ? '' : formatMetric(metrics[name])),
  }));
}

/** The latest note, as far as it goes into a cell. */
function noteCell(notes: readonly string[]): string {
  const latest = notes.at(-1);
  if (latest === undefined) return '';
  const more = notes.length > 1 ? ` (+${notes.length - 1})` : '';
  return `${truncate(printable(latest.trim()), longestNote)}${more}`;
}

/** All metrics in full precision, a column each; formulas are defused for spreadsheets. */
export function runListCsv(runs: readonly RunListing[]): string {
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  const hasSweeps = runs.some(({sweep}) => sweep);
  const facts = ['run', 'name', 'state', 'group', 'startedAt', 'durationSeconds', 'epochs', 'numEpochs'];
  const ofSweep = hasSweeps ? ['trials', 'numTrials'] : [];
  const header = [...facts, ...ofSweep, ...metrics, 'tags', 'note', 'path'];
  const rows = runs.map((run) => [
    ...[run.run, run.name, run.state, run.group?.id, run.startedAt, run.durationSeconds, run.epochs, run.numEpochs],
    ...(hasSweeps ? [run.sweep?.counts.over, run.sweep?.numTrials] : []),
    ...metrics.map((name) => run.metrics[name]),
    ...[run.tags.join(', '), run.notes.join('\n'), run.path],
  ]);
  const plain = [header, ...rows].map((row) => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell)));
  return stringify(plain, {escape_formulas: true});
}

/** The two values that tell most: of the test set, else of the validation set, else of the training set; metrics before the loss. */
export const keyMetrics = (metrics: MetricValues): string =>
  keyMetricNames(metrics)
    .map((name) => `${name} ${formatMetric(metrics[name]!)}`)
    .join(', ');

function keyMetricNames(metrics: MetricValues): readonly string[] {
  const names = Object.keys(metrics);
  const prefix = ['test_', 'val_'].find((candidate) => names.some((name) => name.startsWith(candidate))) ?? '';
  const own = names.filter((name) => (prefix ? name.startsWith(prefix) : true));
  const isLoss = (name: string): boolean => name === `${prefix}loss`;
  return [...own.filter((name) => !isLoss(name)), ...own.filter(isLoss)].slice(0, 2);
}

/** A state in its colour. */
export function paintState(state: RunListing['state'], style: Style): string {
  if (state === 'finished') return style.green(state);
  if (state === 'running') return style.cyan(state);
  if (state === 'pruned') return style.magenta(state);
  return ['interrupted', 'stopped', 'stopping'].includes(state) ? style.yellow(state) : style.red(state);
}
