import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';
import {meanLoss, overExamples, shareOfRow} from './mean-loss.js';

/** Squared lengths below it count as it, so that a vector of zeros has a similarity of 0; as in Keras. */
const smallest = 1e-12;

/**
 * Minus the cosine of the angle between output and target along the last axis, mean over the rows: −1 where they point the same way.
 * CosineSimilarity of Keras; one less than PyTorch's CosineEmbeddingLoss with y = 1. With unit vectors u and t the cosine is u · t and
 * its gradient (t − u · cosine) / length.
 */
export const cosineSimilarity = defineLoss({
  type: 'cosineSimilarity',
  summary: 'Minus the cosine between output and target vectors: their direction counts, not their length.',
  args: Type.Object({}),
  targets: 'values',
  outputs: () => 'values',
  compute(tf, _spec, targets, outputs, weights) {
    const perLength = (x: tfjs.Tensor) => tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), smallest));
    const wanted = tf.reshape(targets, outputs.shape);
    const goal = tf.mul(wanted, perLength(wanted));
    return meanLoss(tf, {
      outputs,
      share: -shareOfRow(outputs),
      weights: overExamples(tf, weights, outputs),
      forward(x) {
        const scale = perLength(x);
        const unit = tf.mul(x, scale);
        const cosine = tf.sum(tf.mul(unit, goal), -1, true);
        return {each: cosine, kept: [unit, goal, cosine, scale]};
      },
      slope: ([unit, goal, cosine, scale]) => tf.mul(tf.sub(goal!, tf.mul(unit!, cosine!)), scale!),
    });
  },
});
