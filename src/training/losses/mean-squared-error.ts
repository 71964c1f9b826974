import {Type} from '@sinclair/typebox';
import {defineElementwiseLoss} from './elementwise.js';

/** (output − target)², mean over all elements; what PyTorch calls MSELoss. The gradient is 2 (output − target) / elements. */
export const meanSquaredError = defineElementwiseLoss({
  type: 'meanSquaredError',
  summary: 'Mean of the squared differences between outputs and target values.',
  args: Type.Object({}),
  outputs: 'values',
  of: (tf) => ({
    value: (x, t) => tf.squaredDifference(x, t),
    slope: (x, t) => tf.mul(tf.sub(x, t), 2),
  }),
});
