import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';

t.test('a choice by comparison of a weight can be differentiated', async (t) => {
  await loadEagerBackend('cpu');
  const x = [-2, -0.5, 0.5, 3];
  const gradientOf = (f: (v: tf.Tensor) => tf.Tensor): number[] =>
    tf.tidy(() => [...tf.grad(f)(tf.tensor1d(x)).dataSync()]);
  // x² where the condition holds, 3x elsewhere: 2x and 3.
  const choose = (condition: (v: tf.Tensor) => tf.Tensor) => (v: tf.Tensor) =>
    tf.where(condition(v), tf.square(v), tf.mul(v, 3));
  const one = tf.scalar(1);
  const above = (v: tf.Tensor) => tf.greater(v, 0);
  t.same(gradientOf(choose(above)), [3, 3, 1, 6]);
  t.same(gradientOf(choose((v) => tf.greaterEqual(v, 0.5))), [3, 3, 1, 6]);
  t.same(gradientOf(choose((v) => tf.less(v, 0))), [-4, -1, 3, 3]);
  t.same(gradientOf(choose((v) => tf.lessEqual(v, -0.5))), [-4, -1, 3, 3]);
  t.same(gradientOf(choose((v) => tf.equal(v, 3))), [3, 3, 3, 6]);
  t.same(gradientOf(choose((v) => tf.notEqual(v, 3))), [-4, -1, 1, 3]);
  t.same(gradientOf(choose((v) => tf.logicalNot(above(v)))), [-4, -1, 3, 3]);
  t.same(gradientOf(choose((v) => tf.logicalAnd(above(v), tf.less(v, one)))), [3, 3, 1, 3]);
  t.same(gradientOf(choose((v) => tf.logicalOr(tf.less(v, -1), tf.greater(v, 1)))), [-4, 3, 3, 6]);
});
