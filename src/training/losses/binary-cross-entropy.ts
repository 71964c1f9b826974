import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';

/**
 * max(x, 0) − x·t + log(1 + e^−|x|), mean over all elements, in nats; what PyTorch calls BCEWithLogitsLoss.
 * Targets are 0 and 1 (or probabilities): one class number an example for a single unit, else values of the outputs' shape.
 * The gradient is (sigmoid(x) − t) / elements.
 */
export const binaryCrossEntropy = defineLoss({
  type: 'binaryCrossEntropy',
  summary: 'Cross-entropy of yes/no targets against logits, one unit a question (the sigmoid is part of the loss).',
  args: Type.Object({}),
  targets: 'values',
  outputs: 'logits',
  compute(tf, _spec, targets, outputs) {
    const wanted = tf.reshape(targets, outputs.shape);
    const perElement = 1 / outputs.size;
    const loss = tf.customGrad((x, save) => {
      const logits = x as tfjs.Tensor;
      (save as tfjs.GradSaveFunc)([logits, wanted]);
      const tail = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
      const each = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, wanted)), tail);
      const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
        tf.mul(tf.sub(tf.sigmoid(saved[0]!), saved[1]!), tf.mul(dy, perElement));
      return {value: tf.mul(tf.sum(each), perElement), gradFunc};
    });
    return loss(outputs) as tfjs.Scalar;
  },
});
