import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {meanOverElements} from './elementwise.js';

/** |output − target|, mean over all elements; what PyTorch calls L1Loss. Where they are equal the gradient is 0. */
export const meanAbsoluteError = defineLoss({
  type: 'meanAbsoluteError',
  summary:
    'Mean of the absolute differences between outputs and target values; outliers pull less than in a mean of squares.',
  args: Type.Object({}),
  targets: 'values',
  outputs: () => 'values',
  compute: (tf, _spec, targets, outputs) =>
    meanOverElements(
      tf,
      targets,
      outputs,
      (x, t) => tf.abs(tf.sub(x, t)),
      (x, t) => tf.sign(tf.sub(x, t)),
    ),
});
