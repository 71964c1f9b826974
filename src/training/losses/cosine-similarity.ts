import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';

/** Squared lengths below it count as it, so that a vector of zeros has a similarity of 0; as in Keras. */
const smallest = 1e-12;

/**
 * Minus the cosine of the angle between output and target along the last axis, mean over the rows: −1 where they point the same way.
 * CosineSimilarity of Keras; one less than PyTorch's CosineEmbeddingLoss with y = 1.
 */
export const cosineSimilarity = defineLoss({
  type: 'cosineSimilarity',
  summary: 'Minus the cosine between output and target vectors: their direction counts, not their length.',
  args: Type.Object({}),
  targets: 'values',
  outputs: () => 'values',
  compute(tf, _spec, targets, outputs) {
    const perRow = (outputs.shape.at(-1) ?? 1) / outputs.size;
    const unit = (x: tfjs.Tensor) => tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.mul(x, x), -1, true), smallest)));
    const wanted = unit(tf.reshape(targets, outputs.shape));
    return tf.mul(tf.sum(tf.mul(unit(outputs), wanted)), -perRow) as tfjs.Scalar;
  },
});
