/** The normal distribution, exact in its tails, where densities of far-off points are compared. */

/** Coefficients of W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23, 631-637 (1969), as in his CALERF. */
const a = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315];
const b = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const c = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
];
const d = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
];
const p = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
];
const q = [2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918];

/** p's last coefficient belongs to the highest power; q's highest one is 1. */
function ratio(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  const last = denominator.length - 1;
  let above = numerator[last + 1]! * x;
  let below = x;
  for (let i = 0; i < last; i++) {
    above = (above + numerator[i]!) * x;
    below = (below + denominator[i]!) * x;
  }
  return (above + numerator[last]!) / (below + denominator[last]!);
}

/** Below it erf is the more exact. */
const smallestScaled = 0.46875;

/** exp(x²) · erfc(x) for x ≥ 0.46875. */
function scaledErfc(x: number): number {
  if (x <= 4) return ratio(x, c, d);
  const z = 1 / (x * x);
  return (1 / Math.sqrt(Math.PI) - z * ratio(z, p, q)) / x;
}

/** The chance that a standard normal value is below `x`. */
export function normalCdf(x: number): number {
  const y = Math.abs(x) * Math.SQRT1_2;
  if (y <= smallestScaled) return 0.5 + 0.5 * x * Math.SQRT1_2 * ratio(y * y, a, b);
  const tail = 0.5 * Math.exp(-y * y) * scaledErfc(y);
  return x < 0 ? tail : 1 - tail;
}

/** Its logarithm, exact however far below 0 `x` is. */
export function logNormalCdf(x: number): number {
  if (x > 0) return Math.log1p(-normalCdf(-x));
  if (x > -1) return Math.log(normalCdf(x));
  const y = -x * Math.SQRT1_2;
  return Math.log(0.5 * scaledErfc(y)) - y * y;
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** Logarithm of the chance that a standard normal value lies between `low` and `high`. */
export function logNormalMass(low: number, high: number): number {
  if (low + high > 0) return logNormalMass(-high, -low);
  const width = high - low;
  const middle = 0.5 * (low + high);
  if (width <= 0.1 && -middle * width <= 0.5) return logNarrowMass(middle, width);
  const [near, far] = [-high * Math.SQRT1_2, -low * Math.SQRT1_2];
  if (near < smallestScaled) return Math.log1p(-normalCdf(low) - normalCdf(-high));
  const beyond = Math.exp(near * near - far * far) * scaledErfc(far);
  return Math.log(0.5 * (scaledErfc(near) - beyond)) - near * near;
}

/** By the density's series around the middle, whose terms fall as (middle · width)² / 24: exact to 10 digits up to 0.5 and for widths up to 0.1. */
function logNarrowMass(middle: number, width: number): number {
  const [m, w] = [middle * middle, width * width];
  const sixth = (((m - 15) * m + 45) * m - 15) / 322_560;
  const series = w * ((m - 1) / 24 + w * (((m - 6) * m + 3) / 1920 + w * sixth));
  return Math.log(width * (1 + series)) - 0.5 * m - halfLogTwoPi;
}

/** What a standard normal value is below with chance `probability`, in (0, 1): a logistic guess, then Newton's steps on the logarithm. */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0.5) return 0;
  const target = Math.log(probability);
  const logPdf = (x: number): number => -0.5 * x * x - halfLogTwoPi;
  // both guesses as in Optuna: the tail's leading term, and the logistic curve of the same variance
  let x =
    target < -5
      ? -Math.sqrt(-2 * target - Math.log(2 * Math.PI))
      : -(Math.sqrt(3) / Math.PI) * Math.log(Math.expm1(-target));
  for (let step = 0; step < 100; step++) {
    const logCdf = logNormalCdf(x);
    const change = (logCdf - target) * Math.exp(logCdf - logPdf(x));
    x -= change;
    if (Math.abs(change) <= 1e-13 * Math.abs(x)) break;
  }
  return x;
}
