import type {Rng} from './random.js';

/**
 * A draw from Beta(alpha, alpha), in [0, 1]: A / (A + B) of two gamma variates of that shape. The ratio is formed from logarithms, since
 * gamma variates of a small shape are often smaller than any number.
 * @param alpha above 0
 */
export function symmetricBeta(rng: Rng, alpha: number): number {
  return 1 / (1 + Math.exp(logGamma(rng, alpha) - logGamma(rng, alpha)));
}

/** The logarithm of a gamma variate. Marsaglia and Tsang 2000, "A simple method for generating gamma variables". */
function logGamma(rng: Rng, shape: number): number {
  // A variate of shape + 1 times a uniform one to the power of 1 / shape has this shape.
  if (shape < 1) return logGamma(rng, shape + 1) + Math.log(1 - rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const cubed = (1 + c * x) ** 3;
    if (cubed > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d * (1 - cubed + Math.log(cubed)))
      return Math.log(d * cubed);
  }
}
