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
 * @param mask as many axes as x, those behind the mask's own of size 1: only values where it is 1 count in mean and variance
 */
export function normalize(
  tf: typeof tfjs,
  x: Tensor,
  epsilon: number,
  gamma: Tensor1D | undefined,
  beta: Tensor1D | undefined,
  mask?: Tensor,
): {output: Tensor; moments: Moments} {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  // How much of the mean each value is: [1, ..., 1], or with a mask 0 where it is 0.
  const shares = mask ? tf.div(tf.mul(mask, mask.size / count), tf.maximum(tf.sum(mask), 1)) : undefined;
  const meanOf = (values: Tensor): Tensor1D =>
    shares ? tf.sum(tf.mul(values, shares), axes) : tf.mean<Tensor1D>(values, axes);
  const mean = meanOf(x);
  const centered = tf.sub(x, mean);
  const variance = meanOf(tf.mul(centered, centered));

  const affine = tf.customGrad((...args) => {
    const save = args.at(-1) as tfjs.GradSaveFunc;
    const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
    const factor = gamma ? tf.mul(reciprocal, gamma) : reciprocal;
    const scaled = tf.mul(centered, factor);
    save([centered, reciprocal, factor, ...(shares ? [shares] : [])]);
    return {
      value: beta ? tf.add(scaled, beta) : scaled,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [savedCentered, savedReciprocal, savedFactor, savedShares] = saved as [Tensor, Tensor, Tensor, Tensor?];
        const shared = (value: Tensor): Tensor => tf.mul(value, savedShares ?? 1 / count);
        const sum = tf.sum(dy, axes);
        const weightedSum = tf.mul(tf.sum(tf.mul(dy, savedCentered), axes), savedReciprocal);
        const projected = tf.mul(savedCentered, shared(tf.mul(weightedSum, savedReciprocal)));
        const orthogonal = tf.sub(tf.sub(dy, shared(sum)), projected);
        return [tf.mul(orthogonal, savedFactor), ...(gamma ? [weightedSum] : []), ...(beta ? [sum] : [])];
      },
    };
  });
  const inputs = [x, ...(gamma ? [gamma] : []), ...(beta ? [beta] : [])];
  return {output: affine(...inputs), moments: {mean, variance}};
}
