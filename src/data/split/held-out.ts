import type {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import type {Values} from '../sources/definition.js';

/** Examples kept and examples held out, both in ascending order. */
export interface HeldOut {
  readonly kept: Uint32Array;
  readonly held: Uint32Array;
}

/** How many of `numExamples` a fraction holds out: rounded, but at least one and never all. @param numExamples at least 2. */
export const heldCount = (numExamples: number, fraction: number): number =>
  Math.min(Math.max(Math.round(numExamples * fraction), 1), numExamples - 1);

/**
 * Holds a random fraction of examples out. With `labels` every class is held out in the same proportion
 * (largest remainders get what rounding leaves; a class keeps its last example as long as others can give one).
 */
export function holdOut(numExamples: number, fraction: number, rng: Rng, labels?: Values): HeldOut {
  const numHeld = heldCount(numExamples, fraction);
  const order = rng.shuffle(Uint32Array.from({length: numExamples}, (_, i) => i));
  const isHeld = new Uint8Array(numExamples);
  if (labels === undefined) for (const i of order.subarray(0, numHeld)) isHeld[i] = 1;
  else {
    const quota = quotas(labels, numHeld);
    for (const i of order) {
      const left = quota.get(labels[i]!)!;
      if (left === 0) continue;
      quota.set(labels[i]!, left - 1);
      isHeld[i] = 1;
    }
  }
  return divideBy(numExamples, (i) => isHeld[i] === 1);
}

/** @param isHeld whether an example is held out */
export function divideBy(numExamples: number, isHeld: (example: number) => boolean): HeldOut {
  const all = Uint32Array.from({length: numExamples}, (_, i) => i);
  return {kept: all.filter((i) => !isHeld(i)), held: all.filter(isHeld)};
}

/** Holds out the examples whose points are below the fraction. @param points in [0, 1), equal for examples that stay together */
export const holdOutBelow = (points: Float64Array, fraction: number): HeldOut =>
  divideBy(points.length, (i) => points[i]! < fraction);

/** Throws if the hashes of `splitBy` left a part empty. @param path of the fraction in the spec */
export function checkHeld(parts: HeldOut, path: string, fraction: number): HeldOut {
  if (parts.kept.length > 0 && parts.held.length > 0) return parts;
  throw new DataSpecError(
    path,
    `is ${fraction}; by the hashes of data.source.splitBy that holds out ${parts.held.length > 0 ? 'every row' : 'no row'}`,
    'splitBy needs more different values; another splitSeed or fraction may do',
  );
}

/** Holds out the last fraction of the stored order. */
export function holdOutLast(numExamples: number, fraction: number): HeldOut {
  const start = numExamples - heldCount(numExamples, fraction);
  return divideBy(numExamples, (i) => i >= start);
}

/** How many examples of each class to hold out, `numHeld` in all. */
function quotas(labels: Values, numHeld: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const classes = [...counts]
    .map(([label, count]) => {
      const share = (count * numHeld) / labels.length;
      return {label, count, quota: Math.floor(share), rest: share - Math.floor(share)};
    })
    .sort((a, b) => b.rest - a.rest || a.label - b.label);
  let left = numHeld - classes.reduce((sum, {quota}) => sum + quota, 0);
  for (const spare of [1, 0]) {
    for (const entry of classes) {
      if (left === 0 || entry.count - entry.quota <= spare) continue;
      entry.quota++;
      left--;
    }
  }
  return new Map(classes.map(({label, quota}) => [label, quota]));
}

/** At most `limit` example numbers, evenly spaced, so that data sorted by class stay mixed. */
export function spaced(numExamples: number, limit: number): Uint32Array | undefined {
  if (limit >= numExamples) return undefined;
  return Uint32Array.from({length: limit}, (_, i) => Math.floor((i * numExamples) / limit));
}

/** Copies some examples, each `size` values long. */
export function pick<V extends Values>(values: V, rows: Uint32Array, size: number): V {
  const picked = new (values.constructor as new (length: number) => V)(rows.length * size);
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * size, (row + 1) * size), i * size);
  });
  return picked;
}
