import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineElementwiseLoss} from './elementwise.js';

/**
 * (log(1 + output) − log(1 + target))², mean over all elements, negative numbers counting as 0; MeanSquaredLogarithmicError of Keras,
 * but that a negative output still teaches: there the gradient is the one at 0.
 */
export const meanSquaredLogarithmicError = defineElementwiseLoss({
  type: 'meanSquaredLogarithmicError',
  summary:
    'Mean of the squared differences of the logarithms of 1 + output and 1 + target: ratios count; targets are never negative.',
  args: Type.Object({}),
  outputs: 'values',
  targetRange: [0, Infinity],
  of: (tf) => {
    const logarithm = (x: tfjs.Tensor): tfjs.Tensor => tf.log1p(tf.relu(x));
    return {
      value: (x, t) => tf.squaredDifference(logarithm(x), logarithm(t)),
      slope: (x, t) => tf.div(tf.mul(tf.sub(logarithm(x), logarithm(t)), 2), tf.add(tf.relu(x), 1)),
    };
  },
});
