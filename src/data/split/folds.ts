import type {Rng} from '../../support/random.js';
import type {Values} from '../sources/definition.js';
import {divideBy, type HeldOut} from './held-out.js';

/** Which fold each example belongs to, from 0. */
export type Folds = Uint32Array;

/**
 * Deals examples to `k` folds in random order: sizes differ by at most one. With `labels` class after class is dealt, so that the examples
 * of each class differ by at most one as well (scikit-learn's StratifiedKFold).
 */
export function dealFolds(numExamples: number, k: number, rng: Rng, labels?: Values): Folds {
  const order = rng.shuffle(Uint32Array.from({length: numExamples}, (_, i) => i));
  const dealt = labels ? order.sort((a, b) => labels[a]! - labels[b]!) : order;
  const folds = new Uint32Array(numExamples);
  dealt.forEach((example, place) => {
    folds[example] = place % k;
  });
  return folds;
}

/**
 * Gives whole groups to `k` folds: the largest group first, each to the fold that has the fewest examples so far, groups of a size in
 * random order (scikit-learn's GroupKFold).
 * @param groups a number for each example, equal within a group
 */
export function groupFolds(groups: Uint32Array, k: number, rng: Rng): Folds {
  const sizes = sizesOf(groups);
  const order = rng.shuffle(Uint32Array.from(sizes, (_, group) => group)).sort((a, b) => sizes[b]! - sizes[a]!);
  const load = new Array<number>(k).fill(0);
  const foldOf = new Uint32Array(sizes.length);
  for (const group of order) {
    const lightest = load.indexOf(Math.min(...load));
    load[lightest]! += sizes[group]!;
    foldOf[group] = lightest;
  }
  return groups.map((group) => foldOf[group]!);
}

/** Folds by points in [0, 1): those of other examples do not matter. */
export const pointFolds = (points: Float64Array, k: number): Folds =>
  Uint32Array.from(points, (point) => Math.floor(point * k));

/** @param fold from 0 */
export const foldOut = (folds: Folds, fold: number): HeldOut => divideBy(folds.length, (i) => folds[i] === fold);

/** Examples of each group. */
export function sizesOf(groups: Uint32Array): number[] {
  const sizes: number[] = [];
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  return sizes;
}
