import type * as tfjs from '@tensorflow/tfjs-core';

/** Large enough that the softmax of a masked score is zero, small enough that adding it to one loses nothing that matters. */
const masked = -1e9;

/**
 * What to add to attention scores [.., to, from] so that no step sees a later one: 0 where from ≤ to, a large negative number elsewhere.
 * Made of kernels, so that a recorded step holds no table made on the host. @returns [time, time]
 */
export function causalMask(tf: typeof tfjs, time: number): tfjs.Tensor {
  const steps = tf.range(0, time);
  const isLater = tf.greater(tf.reshape(steps, [1, time]), tf.reshape(steps, [time, 1]));
  return tf.mul(tf.cast(isLater, 'float32'), masked);
}
