/** What a scale learnt from the numbers of training rows. */
export type FittedScale =
  | {readonly scale: 'none'}
  | {readonly scale: 'standardize'; readonly mean: number; readonly std: number}
  | {readonly scale: 'minMax'; readonly min: number; readonly max: number}
  | {readonly scale: 'quantile'; readonly quantiles: readonly number[]};

export type ScaleName = FittedScale['scale'];

/**
 * Learns a scale. The definitions are scikit-learn's: StandardScaler (population standard deviation), MinMaxScaler to [0, 1], and
 * QuantileTransformer with uniform output and without subsampling.
 * @param values at least one. @param numQuantiles at most so many reference points, at least 2
 */
export function fitScale(scale: ScaleName, values: Float64Array, numQuantiles: number): FittedScale {
  if (scale === 'none') return {scale};
  if (scale === 'standardize') {
    const mean = sum(values) / values.length;
    const variance = sum(values.map((value) => (value - mean) ** 2)) / values.length;
    // What rounding alone can leave of a column that never changes counts as 0, as in scikit-learn.
    const isConstant = variance <= (values.length * mean * Number.EPSILON) ** 2;
    return {scale, mean, std: isConstant ? 0 : Math.sqrt(variance)};
  }
  if (scale === 'minMax') {
    const bounds = {min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY};
    for (const value of values) {
      if (value < bounds.min) bounds.min = value;
      if (value > bounds.max) bounds.max = value;
    }
    return {scale, ...bounds};
  }
  const sorted = values.slice().sort();
  const count = Math.max(2, Math.min(numQuantiles, sorted.length));
  return {scale, quantiles: Array.from({length: count}, (_, i) => quantileOf(sorted, i, count - 1))};
}

/** The function that a scale is. A column that never changes becomes 0 (standardize, minMax). */
export function scaler(fitted: FittedScale): (value: number) => number {
  switch (fitted.scale) {
    case 'none':
      return (value) => value;
    case 'standardize': {
      const {mean} = fitted;
      const std = fitted.std === 0 ? 1 : fitted.std;
      return (value) => (value - mean) / std;
    }
    case 'minMax': {
      const {min} = fitted;
      const range = fitted.max === min ? 1 : fitted.max - min;
      return (value) => (value - min) / range;
    }
    case 'quantile':
      return (value) => shareBelow(fitted.quantiles, value);
  }
}

/** Quantile number `index` of `parts`: linear interpolation between the two nearest of sorted values, NumPy's default. */
export function quantileOf(sorted: Float64Array, index: number, parts: number): number {
  const place = (index * (sorted.length - 1)) / parts;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/**
 * Where a value stands among the quantiles, in [0, 1]. Among equal quantiles it is the middle of their shares: the mean of interpolating
 * from below and from above, as scikit-learn does.
 */
function shareBelow(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  if (value <= quantiles[0]!) return 0;
  if (value >= quantiles[last]!) return 1;
  return (fromAbove(quantiles, value) + fromBelow(quantiles, value)) / 2 / last;
}

/** The place after the last quantile that is not above the value, with the part of the step to the next. */
function fromAbove(quantiles: readonly number[], value: number): number {
  let low = 0;
  let high = quantiles.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (quantiles[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low + (value - quantiles[low]!) / (quantiles[low + 1]! - quantiles[low]!);
}

/** The place of the first quantile that is not below the value, less the part of the step back to the one before. */
function fromBelow(quantiles: readonly number[], value: number): number {
  let low = 0;
  let high = quantiles.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low - (quantiles[low]! - value) / (quantiles[low]! - quantiles[low - 1]!);
}

/** Adds with the error of rounding carried along (Kahan, Neumaier), so that long columns stay exact. */
function sum(values: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}
