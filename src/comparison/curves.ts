import type {CsvRow} from '../runs/run.js';
import {nearest} from '../spec/suggest.js';
import {ExpError} from '../support/errors.js';
import type {ComparedRun} from './compared-run.js';
import {differsIn, type Group, groupRuns, repetitionKeys} from './groups.js';
import {type CurvePoint, meanCurve} from './mean-curve.js';
import {smoothed} from './smooth.js';

export type {CurvePoint};

/** What lies along the x axis: whole epochs, updates, or seconds of training and validation. */
export const axes = ['epoch', 'step', 'time'] as const;
export type Axis = (typeof axes)[number];

/** Which curves to draw. */
export interface CurveRequest {
  /** Columns of metrics.csv; by default the monitored one and its counterpart of the training set, else the loss of both sets. */
  readonly metrics?: readonly string[] | undefined;
  readonly x: Axis;
  /** Weight of what came before, 0 ≤ smooth < 1; 0 leaves values as they are. */
  readonly smooth: number;
  /** Settings in which the runs of a curve may differ; seeds and folds by default. */
  readonly groupBy?: readonly string[] | undefined;
  /** Rows of a run's timing.csv; asked for with `x: time` only. */
  readonly timing: (run: ComparedRun) => readonly CsvRow[];
}

/** A column of a run, or its mean over the runs of a group. */
export interface Curve {
  readonly column: string;
  /** The runs of the group that have the column. */
  readonly runs: readonly ComparedRun[];
  /** Index of the group among {@link Curves.groups}. */
  readonly group: number;
  readonly points: readonly CurvePoint[];
}

/** Curves, and what cannot be drawn. */
export interface Curves {
  readonly x: Axis;
  readonly smooth: number;
  readonly groups: readonly Group[];
  /** What the runs of a curve differ in. */
  readonly groupedBy: readonly string[];
  readonly columns: readonly string[];
  readonly curves: readonly Curve[];
  /** What a run lacks: a column, its times, or a whole epoch. */
  readonly lacking: readonly {readonly run: ComparedRun; readonly what: string}[];
}

/**
 * Learning curves of runs, a point an epoch. Each run is smoothed by itself; the runs of a group are averaged epoch by epoch, over those
 * that got that far.
 * @throws ExpError for a column that no run has, or runs without a whole epoch
 */
export function curvesOf(runs: readonly ComparedRun[], request: CurveRequest): Curves {
  const begun = runs.filter((run) => run.epochs().length > 0);
  if (begun.length === 0) {
    const message = `nothing to draw: no run has a whole epoch`;
    throw new ExpError('RUN_NOT_FOUND', message, 'exp ls shows how far runs are');
  }
  const known = [...new Set(begun.flatMap((run) => [...columnsOf(run)]))];
  const columns = request.metrics ?? defaultColumns(begun, known);
  for (const column of columns) checkColumn(column, known);
  const keys = request.groupBy ?? repetitionKeys;
  const lacking = runs.filter((run) => !begun.includes(run)).map((run) => ({run, what: 'a whole epoch'}));
  const timed = begun.map((run) => ({run, place: placesOf(run, request)}));
  const drawn = timed.flatMap(({run, place}) => (place ? [run] : []));
  const placeOf = new Map(timed.map(({run, place}) => [run, place]));
  for (const {run, place} of timed) if (!place) lacking.push({run, what: 'its times (timing.csv)'});
  const groups = groupRuns(drawn, keys);
  const groupedBy = keys.filter((path) => groups.some((group) => differsIn(group, path)));
  const curves: Curve[] = [];
  for (const column of columns) {
    for (const [index, group] of groups.entries()) {
      const having = group.runs.filter((run) => columnsOf(run).has(column));
      for (const run of group.runs) if (!having.includes(run)) lacking.push({run, what: column});
      const each = having.map((run) => pointsOf(run, column, placeOf.get(run)!, request.smooth));
      if (having.length > 0) curves.push({column, runs: having, group: index, points: meanCurve(each)});
    }
  }
  return {x: request.x, smooth: request.smooth, groups, groupedBy, columns, curves, lacking};
}

/** Curves that belong into one picture: a metric of the training and of the validation set. */
export function panelsOf({curves}: Curves): readonly {readonly metric: string; readonly curves: readonly Curve[]}[] {
  const panels = new Map<string, Curve[]>();
  for (const curve of curves) {
    const metric = counterpart(curve.column);
    const panel = panels.get(metric);
    if (panel) panel.push(curve);
    else panels.set(metric, [curve]);
  }
  return [...panels].map(([metric, members]) => ({metric, curves: members}));
}

/** The column of the training set. */
const counterpart = (column: string): string => column.replace(/^val_/, '');

const columnsOf = (run: ComparedRun): ReadonlySet<string> => {
  const names = new Set(run.epochs().flatMap((row) => Object.keys(row)));
  names.delete('epoch');
  names.delete('step');
  return names;
};

function defaultColumns(runs: readonly ComparedRun[], known: readonly string[]): readonly string[] {
  const monitor = runs.find(({monitor}) => monitor !== undefined && known.includes(monitor))?.monitor;
  const metric = counterpart(monitor ?? 'loss');
  const columns = [metric, `val_${metric}`].filter((name) => known.includes(name));
  return columns.length > 0 ? columns : known.slice(0, 1);
}

/** @throws ExpError USAGE with the nearest column */
function checkColumn(column: string, known: readonly string[]): void {
  if (known.includes(column)) return;
  const near = nearest(column, known);
  const there = `columns of metrics.csv: ${known.join(', ')}`;
  const onlyOnce = column.startsWith('test_') ? 'the test set is evaluated once, at the end; ' : '';
  throw new ExpError(
    'USAGE',
    `--metric: no run has ${JSON.stringify(column)}`,
    near === undefined || onlyOnce ? `${onlyOnce}${there}` : `did you mean ${near}?`,
  );
}

/** Where the epochs of a run lie on the axis; undefined where a run does not know its times. */
function placesOf(run: ComparedRun, {x, timing}: CurveRequest): ((row: CsvRow) => number | undefined) | undefined {
  if (x !== 'time') return (row) => row[x];
  const seconds = new Map<number | undefined, number>();
  let sum = 0;
  for (const {epoch, trainSeconds = 0, evaluateSeconds = 0} of timing(run)) {
    sum += trainSeconds + evaluateSeconds;
    seconds.set(epoch, sum);
  }
  return seconds.size === 0 ? undefined : ({epoch}) => seconds.get(epoch);
}

function pointsOf(
  run: ComparedRun,
  column: string,
  place: (row: CsvRow) => number | undefined,
  smooth: number,
): readonly CurvePoint[] {
  const points = run.epochs().flatMap((row) => {
    const [x, value, epoch] = [place(row), row[column], row.epoch];
    return x === undefined || value === undefined || epoch === undefined ? [] : [{epoch, x, value}];
  });
  const values = smoothed(
    points.map(({value}) => value),
    smooth,
  );
  return points.map(({epoch, x}, index) => ({epoch, x, value: values[index]!, numRuns: countOf(values[index]!)}));
}

const countOf = (value: number): number => (Number.isFinite(value) ? 1 : 0);
