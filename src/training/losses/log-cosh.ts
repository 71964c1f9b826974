import {Type} from '@sinclair/typebox';
import {defineElementwiseLoss} from './elementwise.js';

/**
 * log cosh(output − target), mean over all elements; LogCosh of Keras. Computed as |d| + log(1 + e^(−2|d|)) − log 2, which no
 * difference overflows; the gradient is tanh(d).
 */
export const logCosh = defineElementwiseLoss({
  type: 'logCosh',
  summary: 'Logarithm of the hyperbolic cosine of the differences: a smooth huber.',
  args: Type.Object({}),
  outputs: 'values',
  of: (tf) => ({
    value(x, t) {
      const distance = tf.abs(tf.sub(x, t));
      return tf.sub(tf.add(distance, tf.log1p(tf.exp(tf.mul(distance, -2)))), Math.LN2);
    },
    slope: (x, t) => tf.tanh(tf.sub(x, t)),
  }),
});
