import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineElementwiseLoss} from './elementwise.js';

const smallest = 1e-7;

/** 100 · |output − target| / |target|, mean over all elements, targets counting as at least 1e-7; MeanAbsolutePercentageError of Keras. */
export const meanAbsolutePercentageError = defineElementwiseLoss({
  type: 'meanAbsolutePercentageError',
  summary: 'Mean of the absolute differences in per cent of the target; for targets away from 0.',
  args: Type.Object({}),
  outputs: 'values',
  of: (tf) => {
    const percentOf = (differences: tfjs.Tensor, t: tfjs.Tensor): tfjs.Tensor =>
      tf.mul(tf.div(differences, tf.maximum(tf.abs(t), smallest)), 100);
    return {
      value: (x, t) => percentOf(tf.abs(tf.sub(x, t)), t),
      slope: (x, t) => percentOf(tf.sign(tf.sub(x, t)), t),
    };
  },
});
