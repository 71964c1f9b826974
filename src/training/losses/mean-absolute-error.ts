import {Type} from '@sinclair/typebox';
import {defineElementwiseLoss} from './elementwise.js';

/** |output − target|, mean over all elements; what PyTorch calls L1Loss. Where they are equal the gradient is 0. */
export const meanAbsoluteError = defineElementwiseLoss({
  type: 'meanAbsoluteError',
  summary:
    'Mean of the absolute differences between outputs and target values; outliers pull less than in a mean of squares.',
  args: Type.Object({}),
  outputs: 'values',
  of: (tf) => ({
    value: (x, t) => tf.abs(tf.sub(x, t)),
    slope: (x, t) => tf.sign(tf.sub(x, t)),
  }),
});
