/** What several values of one quantity say together. */
export interface Sample {
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation, divided by n − 1; absent for a single value. */
  readonly std?: number;
  /** 95 % confidence interval of the mean by Student's t, which assumes values that are normal and independent; absent for a single value. */
  readonly interval?: readonly [low: number, high: number];
}

/**
 * Equal values have a deviation of exactly 0, whatever their sum rounds to; values near the end of the number range do not overflow.
 * A value that is not finite makes mean and deviation NaN or infinite, and leaves no interval.
 * @param values at least one
 */
export function sampleOf(values: readonly number[]): Sample {
  const numValues = values.length;
  if (numValues === 1) return {values, mean: values[0]!};
  if (values.every((value) => value === values[0])) {
    const mean = values[0]!;
    return Number.isFinite(mean) ? {values, mean, std: 0, interval: [mean, mean]} : {values, mean, std: Number.NaN};
  }
  const scale = scaleOf(values);
  const scaled = values.map((value) => value / scale);
  const rough = scaled.reduce((sum, value) => sum + value, 0) / numValues;
  // What the first sum lost to rounding.
  const middle = rough + scaled.reduce((sum, value) => sum + (value - rough), 0) / numValues;
  const spread = Math.sqrt(scaled.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (numValues - 1));
  const half = (quantileOfT(0.975, numValues - 1) * spread) / Math.sqrt(numValues);
  if (!Number.isFinite(spread)) return {values, mean: rough * scale, std: Number.NaN};
  const interval = [(middle - half) * scale, (middle + half) * scale] as const;
  return {values, mean: middle * scale, std: spread * scale, interval};
}

/** A power of two that brings values whose squares would leave the range of numbers near 1; 1 for all others. */
function scaleOf(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isUsual = (largest > 1e-100 && largest < 1e100) || !Number.isFinite(largest) || largest === 0;
  return isUsual ? 1 : 2 ** Math.max(-1022, Math.min(1023, Math.floor(Math.log2(largest))));
}

/**
 * Welch's t-test of equal means: the chance of a difference at least as large as this one if both samples came from distributions
 * with the same mean. Assumes normal, independent values; variances may differ. Where nothing varies in either sample, equal means give
 * no answer and different ones 0, as the limit does.
 * @returns the two-sided p, or undefined where a sample has fewer than two values or holds one that is not finite
 */
export function welchTest(a: Sample, b: Sample): number | undefined {
  if (a.std === undefined || b.std === undefined) return undefined;
  const scale = Math.max(a.std, b.std);
  if (scale === 0) return a.mean === b.mean ? undefined : 0;
  if (!Number.isFinite(scale)) return undefined;
  const [va, vb] = [(a.std / scale) ** 2 / a.values.length, (b.std / scale) ** 2 / b.values.length];
  const t = (a.mean / scale - b.mean / scale) / Math.sqrt(va + vb);
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
