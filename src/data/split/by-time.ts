import {type HeldOut, heldCount} from './held-out.js';

/** Holds out the examples from a time on. */
export function holdOutFrom(times: Float64Array, from: number, until = Number.POSITIVE_INFINITY): HeldOut {
  const all = Uint32Array.from(times, (_, i) => i);
  return {
    kept: all.filter((i) => times[i]! < from),
    held: all.filter((i) => times[i]! >= from && times[i]! < until),
  };
}

/**
 * Holds out the newest fraction. Examples of the same time stay together: those of the oldest time held out are all held out.
 * Nothing is kept if all examples have the same time.
 * @param times at least 2
 */
export function holdOutNewest(times: Float64Array, fraction: number): HeldOut {
  const sorted = times.slice().sort();
  const wanted = sorted[sorted.length - heldCount(sorted.length, fraction)]!;
  const oldest = sorted[0]!;
  return holdOutFrom(times, wanted > oldest ? wanted : (sorted.find((time) => time > oldest) ?? oldest));
}

/**
 * A fold that comes after everything it is compared with: of n examples in the order of time the last k blocks of ⌊n / (k + 1)⌋ are the
 * folds, and each is trained on all that is older (scikit-learn's TimeSeriesSplit). Examples of the same time stay together.
 * @param fold from 0
 */
export function holdOutBlock(times: Float64Array, k: number, fold: number): HeldOut {
  const sorted = times.slice().sort();
  const size = Math.floor(sorted.length / (k + 1));
  const startOf = (index: number): number => sorted[sorted.length - (k - index) * size] ?? Number.POSITIVE_INFINITY;
  return size === 0
    ? {kept: new Uint32Array(), held: new Uint32Array()}
    : holdOutFrom(times, startOf(fold), startOf(fold + 1));
}
