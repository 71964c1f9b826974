import {readFileSync} from 'node:fs';
import path from 'node:path';
import {splitPrefix} from '../../training/columns.js';
import {type CsvRow, parseRows} from '../csv-rows.js';
import {runFiles} from '../layout.js';
import type {Run} from '../run.js';

/** Values of one moment of a run, under the names that other tools sort into groups. */
export interface ScalarMoment {
  /** Updates done. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallSeconds: number;
  /** `train/loss`, `validation/accuracy`, `test/loss`, `steps/batchLoss`, `timing/examplesPerSecond`. */
  readonly values: Readonly<Record<string, number>>;
}

/** What a column of metrics.csv is called elsewhere: `val_loss` → `validation/loss`. */
export function tagOf(column: string): string {
  for (const part of ['validation', 'test'] as const) {
    const prefix = splitPrefix[part];
    if (column.startsWith(prefix)) return `${part}/${column.slice(prefix.length)}`;
  }
  return `train/${column}`;
}

export const tagged = (row: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => column !== 'epoch' && column !== 'step')
      .map(([column, value]) => [tagOf(column), value]),
  );

export const inGroup = (group: string, row: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => column !== 'epoch' && column !== 'step')
      .map(([column, value]) => [`${group}/${column}`, value]),
  );

/**
 * Everything that a run has measured so far, in the order of its steps. The tables have no wall clock: times are the start of the run and
 * what timing.csv says since then, spread over the steps of an epoch.
 */
export function scalarsOf(run: Run): readonly ScalarMoment[] {
  const epochs = run.metrics();
  const timing = run.timing();
  const clock = clockOf(run, epochs, timing);
  const moment = (step: number, values: Record<string, number>): ScalarMoment => ({
    step,
    wallSeconds: clock(step),
    values,
  });
  const stepOf = new Map(epochs.map(({epoch, step}) => [epoch, step]));
  const ends = new Set(epochs.map(({step}) => step));
  const moments = [
    ...rowsOf(run, 'steps').map((row) => moment(row.step!, inGroup('steps', row))),
    ...rowsOf(run, 'validation')
      .filter(({step}) => !ends.has(step))
      .map((row) => moment(row.step!, tagged(row))),
    ...epochs.map((row) => moment(row.step!, tagged(row))),
    ...timing.flatMap((row) => {
      const step = stepOf.get(row.epoch!);
      return step === undefined ? [] : [moment(step, inGroup('timing', row))];
    }),
  ];
  const {summary} = run;
  if (summary?.metrics.test) {
    const final = {step: summary.steps, wallSeconds: secondsOf(summary.finishedAt) ?? clock(summary.steps)};
    const last = epochs.at(-1) ?? {};
    const isKnown = Object.keys(summary.metrics.test).every((column) => column in last);
    if (!isKnown) moments.push({...final, values: tagged(summary.metrics.test)});
  }
  return moments
    .map((one, index) => ({one, index}))
    .sort((a, b) => a.one.step - b.one.step || a.index - b.index)
    .map(({one}) => one);
}

export function secondsOf(time: string | Date | undefined): number | undefined {
  const millis = time === undefined ? Number.NaN : new Date(time).getTime();
  return Number.isFinite(millis) ? millis / 1000 : undefined;
}

/** When a step was done. */
function clockOf(run: Run, epochs: readonly CsvRow[], timing: readonly CsvRow[]): (step: number) => number {
  const start = secondsOf(run.startedAt) ?? 0;
  const timeOf = new Map(timing.map((row) => [row.epoch, row]));
  const marks: {readonly step: number; readonly from: number; readonly until: number; readonly end: number}[] = [];
  let now = start;
  for (const {epoch, step} of epochs) {
    const {trainSeconds = 0, evaluateSeconds = 0} = timeOf.get(epoch!) ?? {};
    marks.push({step: step!, from: now, until: now + trainSeconds, end: now + trainSeconds + evaluateSeconds});
    now += trainSeconds + evaluateSeconds;
  }
  return (step) => {
    const index = firstFrom(marks, step);
    if (index === marks.length) return now;
    const {step: last, from, until, end} = marks[index]!;
    if (step === last) return end;
    const first = marks[index - 1]?.step ?? 0;
    return from + ((until - from) * (step - first)) / (last - first);
  };
}

/** The first place whose step is not before the given one; by halves, as there may be many of both. */
function firstFrom(marks: readonly {readonly step: number}[], step: number): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]!.step < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whole rows of a table that a run may lack. */
function rowsOf(run: Run, file: 'steps' | 'validation'): readonly CsvRow[] {
  let text: string;
  try {
    text = readFileSync(path.join(run.path, runFiles[file]), 'utf8');
  } catch {
    return [];
  }
  const rows = parseRows(text.slice(0, text.lastIndexOf('\n') + 1));
  if (!rows) run.warnings.push(`${runFiles[file]} is damaged`);
  return (rows ?? []).filter(({step}) => step !== undefined);
}
