/** What several values of one quantity say together. */
export interface Sample {
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation, divided by n − 1; absent for a single value. */
  readonly std?: number;
  /** 95 % confidence interval of the mean by Student's t, which assumes values that are normal and independent; absent for a single value. */
  readonly interval?: readonly [low: number, high: number];
}

/** @param values at least one */
export function sampleOf(values: readonly number[]): Sample {
  const numValues = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / numValues;
  if (numValues < 2) return {values, mean};
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numValues - 1));
  const half = (quantileOfT(0.975, numValues - 1) * std) / Math.sqrt(numValues);
  return {values, mean, std, interval: [mean - half, mean + half]};
}

/**
 * Welch's t-test of equal means: the chance of a difference at least as large as this one if both samples came from distributions
 * with the same mean. Assumes normal, independent values; variances may differ.
 * @returns the two-sided p, or undefined where a sample has fewer than two values or nothing varies
 */
export function welchTest(a: Sample, b: Sample): number | undefined {
  if (a.std === undefined || b.std === undefined) return undefined;
  const [va, vb] = [a.std ** 2 / a.values.length, b.std ** 2 / b.values.length];
  if (va + vb === 0) return undefined;
  const t = (a.mean - b.mean) / Math.sqrt(va + vb);
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.values.length - 1) + vb ** 2 / (b.values.length - 1));
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

const quantiles = new Map<string, number>();

/** The value below which Student's t with so many degrees of freedom falls with probability `p`, above 0.5. */
export function quantileOfT(p: number, degrees: number): number {
  const key = `${p} ${degrees}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const quantile = findQuantileOfT(p, degrees);
  quantiles.set(key, quantile);
  return quantile;
}

function findQuantileOfT(p: number, degrees: number): number {
  const upperTail = (t: number): number => incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  let [low, high] = [0, 1];
  while (upperTail(high) > 1 - p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularized incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, evaluated by Lentz's method). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const tiny = 1e-300;
  const kept = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let [c, d] = [1, 1 / kept(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / kept(1 + term * d);
      c = kept(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b);
  return Math.exp(logFront) * fraction;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** log Γ(x) for x > 0: Stirling's series above 10, the recurrence below. */
function logGamma(x: number): number {
  let [shifted, product] = [x, 1];
  while (shifted < 10) product *= shifted++;
  const [inverse, square] = [1 / shifted, 1 / (shifted * shifted)];
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
