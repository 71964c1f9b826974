import {
  type Baseline,
  type ChangedSetting,
  changedSettings,
  counterpartOf,
  groupSample,
  isOfOtherData,
} from './baseline.js';
import type {ComparedRow, Comparison} from './compare.js';
import type {Goal} from './goal.js';
import {type Group, repetitionKeys} from './groups.js';
import {type Sample, welchTest} from './statistics.js';

/** A number of a row beside its baseline's. */
export interface Delta {
  readonly baseline: Sample;
  /** Row − baseline, of the means. */
  readonly delta: number;
  /** Welch's two-sided p; absent where one of them has fewer than two values. */
  readonly p?: number | undefined;
  /** Undefined where the two are equal, or nobody knows what is better. */
  readonly isBetter?: boolean | undefined;
}

/** A row held against its counterpart in the baseline. */
export interface HeldRow {
  readonly row: ComparedRow;
  /** Undefined where the baseline has no row with the same settings. */
  readonly counterpart: Group | undefined;
  readonly changed: readonly ChangedSetting[];
  /** Its values and its counterpart's are of different data. */
  readonly isOfOtherData: boolean;
  /** By column of the comparison; undefined for what is no number, or that one of them lacks. */
  readonly deltas: readonly (Delta | undefined)[];
}

/** A comparison held against a baseline. */
export interface Held {
  readonly baseline: Baseline;
  readonly rows: readonly HeldRow[];
  /** Rows of the baseline that no row was held against. */
  readonly left: readonly Group[];
}

/** Holds every row of a comparison against its counterpart. */
export function holdAgainst({rows, columns}: Comparison, baseline: Baseline): Held {
  const held = rows.map((row): HeldRow => {
    const counterpart = counterpartOf(baseline, row);
    if (!counterpart)
      return {row, counterpart, changed: [], isOfOtherData: false, deltas: columns.map(() => undefined)};
    const deltas = columns.map(({term, goal, kind}) =>
      kind === 'setting' ? undefined : deltaOf(groupSample(row, term), groupSample(counterpart, term), goal),
    );
    const changed = changedSettings(counterpart, row, repetitionKeys);
    return {row, counterpart, changed, isOfOtherData: isOfOtherData(counterpart, row), deltas};
  });
  const met = new Set(held.map(({counterpart}) => counterpart));
  return {baseline, rows: held, left: baseline.rows.filter((row) => !met.has(row))};
}

/** @param ours of a row @param theirs of its counterpart */
export function deltaOf(ours: Sample | undefined, theirs: Sample | undefined, goal: Goal): Delta | undefined {
  if (!ours || !theirs) return undefined;
  const delta = ours.mean - theirs.mean;
  const isDifferent = delta > 0 || delta < 0;
  return {
    baseline: theirs,
    delta,
    p: welchTest(ours, theirs),
    isBetter: goal && isDifferent ? delta > 0 === (goal === 'maximize') : undefined,
  };
}
