import {Type} from '@sinclair/typebox';
import {defineElementwiseLoss} from './elementwise.js';

/**
 * d²/2 for differences d up to delta, delta · (|d| − delta/2) beyond, mean over all elements; HuberLoss of PyTorch, Huber of Keras.
 * Computed as c · (|d| − c/2) with c = min(|d|, delta); the gradient is d cut to [−delta, delta].
 */
export const huber = defineElementwiseLoss({
  type: 'huber',
  summary: 'Squared differences where they are small, absolute ones where they are large.',
  args: Type.Object({
    delta: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: 'Difference at which the square becomes a straight line, in the unit of the target; above 0.',
    }),
  }),
  outputs: 'values',
  of: (tf, {delta}) => ({
    value(x, t) {
      const distance = tf.abs(tf.sub(x, t));
      const cut = tf.minimum(distance, delta);
      return tf.mul(cut, tf.sub(distance, tf.mul(cut, 0.5)));
    },
    slope: (x, t) => tf.clipByValue(tf.sub(x, t), -delta, delta),
  }),
});
