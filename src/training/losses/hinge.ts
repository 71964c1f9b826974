import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineElementwiseLoss} from './elementwise.js';

/** Class numbers 0 and 1 as −1 and 1. */
const signOf = (tf: typeof tfjs, targets: tfjs.Tensor): tfjs.Tensor => tf.sub(tf.mul(targets, 2), 1);

/** 1 − sign · output where that is above 0. */
const shortfall = (tf: typeof tfjs, outputs: tfjs.Tensor, targets: tfjs.Tensor): tfjs.Tensor =>
  tf.relu(tf.sub(1, tf.mul(signOf(tf, targets), outputs)));

/** max(0, 1 − sign · output), mean over all elements, for classes 0 and 1 taken as signs −1 and 1; Hinge of Keras. */
export const hinge = defineElementwiseLoss({
  type: 'hinge',
  summary: 'Margin loss of support vector machines for yes/no targets: 0 for right answers by more than 1.',
  args: Type.Object({}),
  outputs: 'logits',
  targetRange: [0, 1],
  of: (tf) => ({
    value: (x, t) => shortfall(tf, x, t),
    slope: (x, t) => tf.neg(tf.mul(signOf(tf, t), tf.step(shortfall(tf, x, t)))),
  }),
});

/** max(0, 1 − sign · output)², mean over all elements; SquaredHinge of Keras. */
export const squaredHinge = defineElementwiseLoss({
  type: 'squaredHinge',
  summary: 'The square of hinge: wrong answers count the more the further they are off.',
  args: Type.Object({}),
  outputs: 'logits',
  targetRange: [0, 1],
  of: (tf) => ({
    value: (x, t) => tf.square(shortfall(tf, x, t)),
    slope: (x, t) => tf.mul(tf.mul(signOf(tf, t), shortfall(tf, x, t)), -2),
  }),
});
