import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {meanOverElements} from './elementwise.js';

/** (output − target)², mean over all elements; what PyTorch calls MSELoss. The gradient is 2 (output − target) / elements. */
export const meanSquaredError = defineLoss({
  type: 'meanSquaredError',
  summary: 'Mean of the squared differences between outputs and target values.',
  args: Type.Object({}),
  targets: 'values',
  outputs: () => 'values',
  compute: (tf, _spec, targets, outputs) =>
    meanOverElements(
      tf,
      targets,
      outputs,
      (x, t) => tf.squaredDifference(x, t),
      (x, t) => tf.mul(tf.sub(x, t), 2),
    ),
});
