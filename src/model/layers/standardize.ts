import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

/**
 * x̂ = (x - mean) / √(variance + epsilon), both moments over `axes` of each example, the variance biased. The gradient is written
 * out, which makes a recorded step half as long: ∂x = (∂y - mean(∂y) - x̂ · mean(∂y · x̂)) / √(variance + epsilon) (Ba et al. 2016).
 */
export function standardize(tf: typeof tfjs, x: Tensor, axes: number[], epsilon: number): Tensor {
  const apply = tf.customGrad((given, save) => {
    const keep = save as tfjs.GradSaveFunc;
    const centered = tf.sub(given as Tensor, tf.mean(given as Tensor, axes, true));
    const variance = tf.mean(tf.mul(centered, centered), axes, true);
    const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
    const standardized = tf.mul(centered, reciprocal);
    keep([standardized, reciprocal]);
    return {
      value: standardized,
      gradFunc(dy: Tensor, saved: Tensor[]) {
        const [savedStandardized, savedReciprocal] = saved as [Tensor, Tensor];
        const mean = tf.mean(dy, axes, true);
        const projection = tf.mul(savedStandardized, tf.mean(tf.mul(dy, savedStandardized), axes, true));
        return tf.mul(tf.sub(tf.sub(dy, mean), projection), savedReciprocal);
      },
    };
  });
  return apply(x);
}
