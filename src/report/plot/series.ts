/** A curve, its points from left to right. A y that is not finite leaves a gap. */
export interface Series {
  readonly name: string;
  readonly points: readonly {readonly x: number; readonly y: number}[];
}

/** Of an axis. */
export type Range = readonly [low: number, high: number];

/** From the smallest to the largest finite value, a little more where they are the same. */
export function rangeOf(series: readonly Series[], axis: 'x' | 'y', fromZero: boolean): Range {
  let [low, high] = fromZero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const {points} of series) {
    for (const point of points) {
      if (!Number.isFinite(point[axis])) continue;
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
  }
  if (low > high) return [0, 1];
  if (low < high) return [low, high];
  const more = low === 0 ? 1 : Math.abs(low) / 2;
  return [low - more, Math.min(high + more, Number.MAX_VALUE)];
}

/** Where between the ends a value is, from 0 to 1. */
export const share = (value: number, [low, high]: Range): number =>
  Number.isFinite(high - low) ? (value - low) / (high - low) : (value / 2 - low / 2) / (high / 2 - low / 2);

/** With log10 of each y; what has none leaves a gap. */
export const logarithms = (series: readonly Series[]): readonly Series[] =>
  series.map((one) => ({...one, points: one.points.map(({x, y}) => ({x, y: logarithm(y)}))}));

/** With log10 of each x; what has none is not drawn. */
export const logarithmsAcross = (series: readonly Series[]): readonly Series[] =>
  series.map((one) => ({...one, points: one.points.map(({x, y}) => ({x: logarithm(x), y}))}));

/** NaN for what is not positive. */
export const logarithm = (value: number): number => (value > 0 ? Math.log10(value) : Number.NaN);
