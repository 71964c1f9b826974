import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineRegularizer} from './definition.js';

/**
 * factor · Σ|w|. Written as relu(w) + relu(-w), whose gradient at 0 is 0 as in Keras and PyTorch; the gradient of tfjs's abs is -1 there,
 * which would pull zero weights away from zero.
 */
const absolute = (tf: typeof tfjs, factor: number, weight: tfjs.Tensor): tfjs.Scalar =>
  tf.mul(tf.sum(tf.add(tf.relu(weight), tf.relu(tf.neg(weight)))), factor);

/** factor · Σw². */
const squared = (tf: typeof tfjs, factor: number, weight: tfjs.Tensor): tfjs.Scalar =>
  tf.mul(tf.sum(tf.mul(weight, weight)), factor);

const factorField = (formula: string) =>
  Type.Number({default: 0.01, minimum: 0, description: `Factor of ${formula}, at least 0.`});

export const l1 = defineRegularizer({
  type: 'l1',
  summary: 'l1 · Σ|w|: drives weights to zero.',
  args: Type.Object({l1: factorField('Σ|w|')}),
  penalty: (tf, args, weight) => absolute(tf, args.l1, weight),
  stock: (regularizers, args) => regularizers.l1({l1: args.l1}),
});

export const l2 = defineRegularizer({
  type: 'l2',
  summary: 'l2 · Σw²: keeps weights small. Its gradient is 2 · l2 · w.',
  args: Type.Object({l2: factorField('Σw²')}),
  penalty: (tf, args, weight) => squared(tf, args.l2, weight),
  stock: (regularizers, args) => regularizers.l2({l2: args.l2}),
});

export const l1l2 = defineRegularizer({
  type: 'l1l2',
  summary: 'l1 · Σ|w| + l2 · Σw².',
  args: Type.Object({l1: factorField('Σ|w|'), l2: factorField('Σw²')}),
  penalty: (tf, args, weight) => tf.add(absolute(tf, args.l1, weight), squared(tf, args.l2, weight)),
  stock: (regularizers, args) => regularizers.l1l2({l1: args.l1, l2: args.l2}),
});
