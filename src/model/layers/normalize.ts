import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D} from '@tensorflow/tfjs-core';

/** Statistics of a batch, per channel: [channels]. The variance is the biased one. */
export interface Moments {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * x̂ = (x - mean) / √(variance + epsilon) over all axes but the last, then x̂ · gamma + beta.
 * The gradient is written out rather than left to the tape, which makes a recorded step half as long:
 * ∂x = gamma / √(variance + epsilon) · (∂y - mean(∂y) - x̂ · mean(∂y · x̂)), ∂gamma = Σ ∂y · x̂, ∂beta = Σ ∂y (Ioffe & Szegedy 2015, section 3).
 * The variance is a mean of squared deviations, so a large mean does not cancel it. Gradients do not flow through the returned moments.
 * @param x [batch, ..., channels]
 */
export function normalize(
  tf: typeof tfjs,
  x: Tensor,
  epsilon: number,
  gamma: Tensor1D | undefined,
  beta: Tensor1D | undefined,
): {output: Tensor; moments: Moments} {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const share = 1 / axes.reduce((count, axis) => count * x.shape[axis]!, 1);
  const mean = tf.mean<Tensor1D>(x, axes);
  const centered = tf.sub(x, mean);
  const variance = tf.mean<Tensor1D>(tf.mul(centered, centered), axes);

  const affine = tf.customGrad((...args) => {
    const save = args.at(-1) as tfjs.GradSaveFunc;
    const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
    const normalized = tf.mul(centered, reciprocal);
    const scaled = gamma ? tf.mul(normalized, gamma) : normalized;
    save(gamma ? [normalized, reciprocal, gamma] : [normalized, reciprocal]);
    return {
      value: beta ? tf.add(scaled, beta) : scaled,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [savedNormalized, savedReciprocal, savedGamma] = saved as [Tensor, Tensor, Tensor | undefined];
        const sum = tf.sum(dy, axes);
        const weightedSum = tf.sum(tf.mul(dy, savedNormalized), axes);
        const projected = tf.mul(savedNormalized, tf.mul(weightedSum, share));
        const orthogonal = tf.sub(tf.sub(dy, tf.mul(sum, share)), projected);
        const factor = savedGamma ? tf.mul(savedReciprocal, savedGamma) : savedReciprocal;
        return [tf.mul(orthogonal, factor), ...(gamma ? [weightedSum] : []), ...(beta ? [sum] : [])];
      },
    };
  });
  const inputs = [x, ...(gamma ? [gamma] : []), ...(beta ? [beta] : [])];
  return {output: affine(...inputs), moments: {mean, variance}};
}
