import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';

/** (output − target)², mean over all elements; what PyTorch calls MSELoss. The gradient is 2 (output − target) / elements. */
export const meanSquaredError = defineLoss({
  type: 'meanSquaredError',
  summary: 'Mean of the squared differences between outputs and target values.',
  args: Type.Object({}),
  targets: 'values',
  outputs: 'values',
  compute(tf, _spec, targets, outputs) {
    const wanted = tf.reshape(targets, outputs.shape);
    const perElement = 1 / outputs.size;
    const loss = tf.customGrad((predicted, save) => {
      const difference = tf.sub(predicted as tfjs.Tensor, wanted);
      (save as tfjs.GradSaveFunc)([difference]);
      const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) => tf.mul(saved[0]!, tf.mul(dy, 2 * perElement));
      return {value: tf.mul(tf.sum(tf.square(difference)), perElement), gradFunc};
    });
    return loss(outputs) as tfjs.Scalar;
  },
});
