import type * as tfjs from '@tensorflow/tfjs-core';
import type {WeightMath} from './rule.js';

/** A rule on tensors; scalars are rank-0 tensors that broadcast. Intermediates belong to the caller's tf.tidy. */
export const tensorMath = (tf: typeof tfjs): WeightMath<tfjs.Tensor> => ({
  constant: (value) => tf.scalar(value),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  max: (a, b) => tf.maximum(a, b),
  min: (a, b) => tf.minimum(a, b),
  abs: (a) => tf.abs(a),
  sqrt: (a) => tf.sqrt(a),
  mean: (a) => tf.mean(a),
  meanOfRows: (a) => tf.mean(a, -1, true),
  meanOfColumns: (a) => tf.mean(a, -2, true),
});
