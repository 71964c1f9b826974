import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

/** The mean that each value is compared with, in a shape that broadcasts to x. Averaging twice is averaging once. */
export type Average = (x: Tensor) => Tensor;

/**
 * The mean over all positions and the channels of each group. Positions come first and channel by channel, so that a recorded graph
 * need not bring convolutions' channels-first values into another order.
 */
export const overGroups =
  (tf: typeof tfjs, groups: number): Average =>
  (x) => {
    const channels = x.shape.at(-1)!;
    const positions = x.shape.map((_, axis) => axis).slice(1, -1);
    const perChannel = positions.length > 0 ? tf.mean(x, positions, true) : x;
    if (groups === channels) return perChannel;
    const perGroup = tf.mean(tf.reshape(perChannel, [-1, groups, channels / groups]), 2, true);
    return tf.reshape(tf.tile(perGroup, [1, 1, channels / groups]), perChannel.shape);
  };

/**
 * x̂ = (x - mean) / √(variance + epsilon), both moments by `average` and the variance biased. The gradient is written out, which makes
 * a recorded step half as long: ∂x = (∂y - mean(∂y) - x̂ · mean(∂y · x̂)) / √(variance + epsilon) (Ba et al. 2016).
 */
export function standardize(tf: typeof tfjs, x: Tensor, average: Average, epsilon: number): Tensor {
  const apply = tf.customGrad((given, save) => {
    const keep = save as tfjs.GradSaveFunc;
    const centered = tf.sub(given as Tensor, average(given as Tensor));
    const reciprocal = tf.rsqrt(tf.add(average(tf.mul(centered, centered)), epsilon));
    const standardized = tf.mul(centered, reciprocal);
    keep([standardized, reciprocal]);
    return {
      value: standardized,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [savedStandardized, savedReciprocal] = saved as [Tensor, Tensor];
        const projection = tf.mul(savedStandardized, average(tf.mul(dy, savedStandardized)));
        return tf.mul(tf.sub(tf.sub(dy, average(dy)), projection), savedReciprocal);
      },
    };
  });
  return apply(x);
}
