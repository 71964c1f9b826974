/**
 * The one-sided test of Mann and Whitney 1947: how likely it is that the first sample is as small as it is if both are drawn from the
 * same distribution. By the normal approximation with correction for ties and continuity, as scipy.stats.mannwhitneyu with method="asymptotic", alternative="less".
 */
export function mannWhitneyLess(first: readonly number[], second: readonly number[]): number {
  const total = first.length + second.length;
  const pooled = [...first, ...second].sort((a, b) => a - b);
  let ties = 0;
  const ranks = new Map<number, number>();
  for (let start = 0; start < total; ) {
    let end = start;
    while (end < total && pooled[end] === pooled[start]) end++;
    ranks.set(pooled[start]!, (start + 1 + end) / 2);
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const rankSum = first.reduce((sum, value) => sum + ranks.get(value)!, 0);
  const u = rankSum - (first.length * (first.length + 1)) / 2;
  const product = first.length * second.length;
  const deviation = Math.sqrt((product / 12) * (total + 1 - ties / (total * (total - 1))));
  return normalCdf((u - product / 2 + 0.5) / deviation);
}

/** Φ(z) by the series of Marsaglia 2004; exact to some 15 digits for |z| ≤ 7. */
function normalCdf(z: number): number {
  if (z < -7) return 0;
  if (z > 7) return 1;
  let sum = z;
  for (let term = z, k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-(z * z) / 2 - Math.log(2 * Math.PI) / 2);
}
