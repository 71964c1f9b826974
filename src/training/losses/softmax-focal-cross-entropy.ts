import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {gamma} from './fields.js';
import {meanLoss, overExamples, shareOfRow} from './mean-loss.js';

/** Keeps (1 − p)^(gamma − 1) finite where p is 1 and gamma below 1. */
const smallest = 1e-7;

/**
 * −(1 − p)^gamma · log p, p being the softmax probability of the right class, mean over the rows (Lin et al. 2017);
 * CategoricalFocalCrossentropy of Keras from logits with alpha=1. The gradient by logit j is
 * (gamma · p · (1 − p)^(gamma − 1) · log p − (1 − p)^gamma) · (target_j − softmax_j).
 */
export const softmaxFocalCrossEntropy = defineLoss({
  type: 'softmaxFocalCrossEntropy',
  summary: 'Cross-entropy of classes against logits in which easy examples count less; for rare classes.',
  args: Type.Object({gamma}),
  targets: 'oneHot',
  outputs: () => 'logits',
  includes: 'softmax',
  compute: (tf, {gamma}, targets, outputs, weights) =>
    meanLoss(tf, {
      outputs,
      share: -shareOfRow(outputs),
      weights: overExamples(tf, weights, outputs),
      forward(logits) {
        const shifted = tf.sub(logits, tf.max(logits, -1, true));
        const exponentials = tf.exp(shifted);
        const sums = tf.sum(exponentials, -1, true);
        const probabilities = tf.div(exponentials, sums);
        const logRight = tf.sum(tf.mul(targets, tf.sub(shifted, tf.log(sums))), -1, true);
        // 1 − p as a sum over the wrong classes: what 1 − p would lose to rounding counts here.
        const miss = tf.sum(tf.mul(probabilities, tf.sub(1, targets)), -1, true);
        return {each: tf.mul(tf.pow(miss, gamma), logRight), kept: [probabilities, targets, logRight, miss]};
      },
      slope([probabilities, targets, logRight, miss]) {
        const steep = tf.mul(tf.pow(tf.maximum(miss!, smallest), gamma - 1), tf.mul(logRight!, tf.sub(1, miss!)));
        const factor = tf.sub(tf.mul(steep, gamma), tf.pow(miss!, gamma));
        return tf.mul(factor, tf.sub(probabilities!, targets!));
      },
    }),
});
