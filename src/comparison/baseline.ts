import {valuesOf} from './compare.js';
import type {ComparedRun, Value} from './compared-run.js';
import {differingSettings, type Group, groupRuns, isLabel, repetitionKeys} from './groups.js';
import {type Sample, sampleOf} from './statistics.js';
import type {Term} from './term.js';

/** What runs are held against: other runs, or what a file says of such. */
export interface Baseline {
  /** What people call it: a name, a file, or the runs. */
  readonly name: string;
  readonly rows: readonly Group[];
  /** Settings in which its rows differ from each other; a row is held against the one that agrees in them. */
  readonly tellingSettings: readonly string[];
  /** Rows by their telling settings, as {@link counterpartOf} looks them up. */
  readonly index: ReadonlyMap<string, Group>;
  /** Whether it has values of every epoch (`max val_accuracy`, `val_loss@5`); a file does not. */
  readonly hasEpochs: boolean;
}

/** Runs as a baseline. @param groupBy settings in which the runs of a row may differ */
export const baselineOf = (
  name: string,
  runs: readonly ComparedRun[],
  groupBy: readonly string[] = repetitionKeys,
): Baseline => baselineOfRows(name, groupRuns(runs, groupBy), {groupBy, hasEpochs: true});

/** Rows as they are as a baseline. */
export function baselineOfRows(
  name: string,
  rows: readonly Group[],
  {groupBy, hasEpochs}: {readonly groupBy: readonly string[]; readonly hasEpochs: boolean},
): Baseline {
  const tellingSettings = differingSettings(rows.map((row) => row.runs[0]!)).filter((path) => !groupBy.includes(path));
  // Of two rows that agree (in all but what nothing tells) the first counts.
  const index = new Map([...rows].reverse().map((row) => [keyOf(row, tellingSettings), row] as const));
  return {name, rows, tellingSettings, index, hasEpochs};
}

/** The row of a baseline that a row is held against: the only one, or the one that agrees with it in what tells the baseline's rows apart. */
export const counterpartOf = ({rows, tellingSettings, index}: Baseline, row: Group): Group | undefined =>
  rows.length === 1 ? rows[0] : index.get(keyOf(row, tellingSettings));

const keyOf = ({runs}: Group, paths: readonly string[]): string =>
  JSON.stringify(paths.map((path) => runs[0]!.settings.get(path) ?? null));

/** A setting that is not the same in a row and its counterpart. */
export interface ChangedSetting {
  readonly path: string;
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

/** What a row's spec has otherwise than its counterpart's, but for repetitions, names and tags. */
export function changedSettings(
  counterpart: Group,
  row: Group,
  groupedBy: readonly string[],
): readonly ChangedSetting[] {
  const [from, to] = [counterpart.runs[0]!.settings, row.runs[0]!.settings];
  if (from.size === 0 || to.size === 0) return [];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => from.get(path) !== to.get(path))
    .filter((path) => !isLabel(path) && !groupedBy.includes(path) && !repetitionKeys.includes(path))
    .map((path) => ({path, from: from.get(path), to: to.get(path)}));
}

/** Whether both say which data they are of, and it is not the same. */
export function isOfOtherData(counterpart: Group, row: Group): boolean {
  const [theirs, ours] = [counterpart, row].map(({runs}) => runs.find((run) => run.dataFingerprint)?.dataFingerprint);
  return theirs !== undefined && ours !== undefined && theirs !== ours;
}

/** The numbers of a row's runs; undefined where it has none, or something else. */
export function groupSample(group: Pick<Group, 'runs'>, term: Term): Sample | undefined {
  const values = valuesOf(group, term);
  const numbers = values.filter((value): value is number => typeof value === 'number');
  return numbers.length > 0 && numbers.length === values.length ? sampleOf(numbers) : undefined;
}
