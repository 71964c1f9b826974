import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';
import {type ElementwiseFunction, meanOverElements} from './elementwise.js';
import {fromLogits, labelSmoothing} from './fields.js';

const epsilon = 1e-7;

/**
 * max(x, 0) − x·t + log(1 + e^−|x|), mean over all elements, in nats; what PyTorch calls BCEWithLogitsLoss.
 * Targets are 0 and 1 (or probabilities): one class number an example for a single unit, else values of the outputs' shape.
 * The gradient is (sigmoid(x) − t) / elements. From probabilities p: −t·log p − (1 − t)·log(1 − p) with p cut to [1e-7, 1 − 1e-7]
 * as in Keras, and the gradient (p − t) / (p·(1 − p)) also where p is cut.
 */
export const binaryCrossEntropy = defineLoss({
  type: 'binaryCrossEntropy',
  summary: 'Cross-entropy of yes/no targets against logits, one unit a question (the sigmoid is part of the loss).',
  args: Type.Object({
    labelSmoothing: labelSmoothing('Share of each target that is replaced by one half.'),
    fromLogits: fromLogits('sigmoid'),
  }),
  targets: 'values',
  outputs: ({fromLogits}) => (fromLogits === false ? 'probabilities' : 'logits'),
  includes: 'sigmoid',
  targetRange: [0, 1],
  endings: ({fromLogits}) => (fromLogits === false ? ['sigmoid', 'hardSigmoid'] : undefined),
  compute(tf, {fromLogits = true, labelSmoothing = 0}, targets, outputs, weights) {
    const smoothed = labelSmoothing > 0 ? tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / 2) : targets;
    const each = fromLogits ? ofLogits(tf) : ofProbabilities(tf);
    return meanOverElements(tf, each, smoothed, outputs, weights);
  },
});

const ofLogits = (tf: typeof tfjs): ElementwiseFunction => ({
  value: (x, t) => tf.add(tf.sub(tf.relu(x), tf.mul(x, t)), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  slope: (x, t) => tf.sub(tf.sigmoid(x), t),
});

function ofProbabilities(tf: typeof tfjs): ElementwiseFunction {
  const cut = (p: tfjs.Tensor) => tf.clipByValue(p, epsilon, 1 - epsilon);
  return {
    value(x, t) {
      const p = cut(x);
      return tf.neg(tf.add(tf.mul(t, tf.log(p)), tf.mul(tf.sub(1, t), tf.log(tf.sub(1, p)))));
    },
    slope(x, t) {
      const p = cut(x);
      return tf.div(tf.sub(p, t), tf.mul(p, tf.sub(1, p)));
    },
  };
}
