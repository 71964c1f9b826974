import type {Rng} from '../../support/random.js';

/** Uniform in [low, high). */
export function fillUniform(values: Float32Array, low: number, high: number, rng: Rng): void {
  const span = high - low;
  for (let i = 0; i < values.length; i++) values[i] = low + span * rng.uniform();
}

/** Normal. */
export function fillNormal(values: Float32Array, mean: number, standardDeviation: number, rng: Rng): void {
  for (let i = 0; i < values.length; i++) values[i] = mean + standardDeviation * rng.normal();
}

/** Normal, values further than two standard deviations from the mean drawn again (Keras's truncated normal). */
export function fillTruncatedNormal(values: Float32Array, mean: number, standardDeviation: number, rng: Rng): void {
  for (let i = 0; i < values.length; i++) {
    let value = rng.normal();
    while (value > 2 || value < -2) value = rng.normal();
    values[i] = mean + standardDeviation * value;
  }
}

/** Standard deviation of a standard normal truncated to [-2, 2]; dividing by it makes the variance what was asked for (Keras does, tfjs does not). */
export const truncatedNormalDeviation = 0.87962566103423978;
