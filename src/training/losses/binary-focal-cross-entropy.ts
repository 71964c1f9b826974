import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineElementwiseLoss, softplus} from './elementwise.js';
import {gamma} from './fields.js';

/**
 * −(1 − p)^gamma · log p, p being the probability given to the right answer, mean over all elements (Lin et al. 2017, equation 4;
 * with `alpha` equation 5): torchvision's sigmoid_focal_loss with reduction='mean'. With s = ±1 for the answer and z = s · logit,
 * p = sigmoid(z), log p = −log(1 + e^−z), and the derivative by z is (1 − p)^gamma · (gamma · p · log p − (1 − p)).
 */
export const binaryFocalCrossEntropy = defineElementwiseLoss({
  type: 'binaryFocalCrossEntropy',
  summary: 'Cross-entropy of yes/no targets against logits in which easy examples count less; for rare classes.',
  args: Type.Object({
    gamma,
    alpha: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description: 'Weight of the yes targets, 1 − alpha being that of the others; all weigh 1 when left out.',
      }),
    ),
  }),
  outputs: 'logits',
  includes: 'sigmoid',
  targetRange: [0, 1],
  of(tf, {gamma, alpha}) {
    const signOf = (t: tfjs.Tensor) => tf.sub(tf.mul(t, 2), 1);
    const weighted = (loss: tfjs.Tensor, t: tfjs.Tensor): tfjs.Tensor =>
      alpha === undefined ? loss : tf.mul(loss, tf.add(tf.mul(t, 2 * alpha - 1), 1 - alpha));
    return {
      value(x, t) {
        const away = tf.neg(tf.mul(signOf(t), x));
        return weighted(tf.mul(tf.pow(tf.sigmoid(away), gamma), softplus(tf, away)), t);
      },
      slope(x, t) {
        const away = tf.neg(tf.mul(signOf(t), x));
        const miss = tf.sigmoid(away);
        const inner = tf.add(tf.mul(tf.mul(tf.sub(1, miss), softplus(tf, away)), gamma), miss);
        return weighted(tf.neg(tf.mul(signOf(t), tf.mul(tf.pow(miss, gamma), inner))), t);
      },
    };
  },
});
