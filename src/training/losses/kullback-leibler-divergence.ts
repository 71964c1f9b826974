import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';
import {meanLoss, overExamples, shareOfRow} from './mean-loss.js';

const epsilon = 1e-7;

/**
 * Σ target · log(target / output) over the last axis, mean over the rows, both cut to [1e-7, 1]; KLDivergence of Keras, and PyTorch's
 * KLDivLoss of the outputs' logarithms with reduction='batchmean'. The gradient is −target / output, also where outputs are cut.
 */
export const kullbackLeiblerDivergence = defineLoss({
  type: 'kullbackLeiblerDivergence',
  summary:
    'Distance from the predicted distribution to the target one; targets are columns that sum to 1, the model ends in softmax.',
  args: Type.Object({}),
  targets: 'values',
  outputs: () => 'values',
  targetRange: [0, 1],
  endings: () => ['softmax'],
  compute(tf, _spec, targets, outputs, weights) {
    const cut = (x: tfjs.Tensor) => tf.clipByValue(x, epsilon, 1);
    const wanted = cut(tf.reshape(targets, outputs.shape));
    return meanLoss(tf, {
      outputs,
      share: shareOfRow(outputs),
      weights: overExamples(tf, weights, outputs),
      forward(x) {
        const given = cut(x);
        return {each: tf.mul(wanted, tf.sub(tf.log(wanted), tf.log(given))), kept: [given, wanted]};
      },
      slope: ([given, wanted]) => tf.neg(tf.div(wanted!, given!)),
    });
  },
});
