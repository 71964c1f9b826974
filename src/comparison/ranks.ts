/** Ranks from 1, ties sharing the mean of theirs. NaN ranks last. */
export function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => compare(values[a]!, values[b]!));
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && compare(values[order[start]!]!, values[order[end]!]!) === 0) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the Kruskal–Wallis test says of groups of values. */
export interface KruskalWallis {
  /** The statistic, corrected for ties. */
  readonly h: number;
  /** By the χ² distribution with one degree of freedom less than there are groups. */
  readonly p: number;
  /** Share of the variance of the ranks that the groups explain, η²_H = (H − k + 1) / (n − k), not below 0 (Tomczak and Tomczak 2014). */
  readonly share: number;
}

/**
 * The Kruskal–Wallis test: whether groups of values come from one distribution. It looks at ranks, so that outliers and the scale of a
 * metric do not matter. Assumes independent values.
 * @returns undefined with fewer than two groups, no more values than groups, or where all values are the same
 */
export function kruskalWallis(groups: readonly (readonly number[])[]): KruskalWallis | undefined {
  const filled = groups.filter(({length}) => length > 0);
  const all = filled.flat();
  const [numValues, numGroups] = [all.length, filled.length];
  if (numGroups < 2 || numValues <= numGroups) return undefined;
  const ranks = ranksOf(all);
  let [start, between] = [0, 0];
  for (const {length} of filled) {
    const sum = ranks.slice(start, start + length).reduce((total, rank) => total + rank, 0);
    between += sum ** 2 / length;
    start += length;
  }
  const counts = new Map<number, number>();
  for (const rank of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const correction = 1 - ties / (numValues ** 3 - numValues);
  if (correction === 0) return undefined;
  const h = ((12 / (numValues * (numValues + 1))) * between - 3 * (numValues + 1)) / correction;
  const share = Math.min(1, Math.max(0, (h - numGroups + 1) / (numValues - numGroups)));
  return {h, p: upperTailOfChiSquared(h, numGroups - 1), share};
}

/** Spearman's correlation: Pearson's of the ranks; undefined where one side does not vary. */
export function spearman(x: readonly number[], y: readonly number[]): number | undefined {
  const [rx, ry] = [ranksOf(x), ranksOf(y)];
  const mean = (x.length + 1) / 2;
  let [xx, yy, xy] = [0, 0, 0];
  for (const [index, rank] of rx.entries()) {
    const [dx, dy] = [rank - mean, ry[index]! - mean];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx === 0 || yy === 0 ? undefined : xy / Math.sqrt(xx * yy);
}

/**
 * The chance of a χ² value above `x`. Whole degrees of freedom only: the upper tail for one or two degrees, and from there the recurrence
 * Q(a + 1, y) = Q(a, y) + yᵃ e⁻ʸ / Γ(a + 1) (DLMF 8.8.6) with a = degrees / 2, y = x / 2.
 */
export function upperTailOfChiSquared(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const y = x / 2;
  const isEven = degrees % 2 === 0;
  let tail = isEven ? Math.exp(-y) : upperTailOfNormal(Math.sqrt(x));
  let term = isEven ? Math.exp(-y) * y : (Math.sqrt(y) * Math.exp(-y) * 2) / Math.sqrt(Math.PI);
  for (let a = isEven ? 1 : 0.5; a < degrees / 2; a++) {
    tail += term;
    term *= y / (a + 1);
  }
  return Math.min(1, tail);
}

/** Two-sided: the chance that a standard normal value is further from 0 than `z`, erfc(z / √2) by series below 2, by continued fraction above. */
function upperTailOfNormal(z: number): number {
  const x = z / Math.SQRT2;
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 100 && Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
