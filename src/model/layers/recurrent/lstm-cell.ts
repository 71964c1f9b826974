import type {Tensor2D} from '@tensorflow/tfjs-core';
import type {RecurrentCell} from './cell.js';
import {fusedLstm} from './fused-lstm.js';

/**
 * Long short-term memory without peepholes (Hochreiter & Schmidhuber 1997, Gers et al. 2000), gates in Keras's and PyTorch's order:
 * input, forget, candidate, output. c' = f · c + i · g, h' = o · activation(c').
 */
export const lstmCell: RecurrentCell = {
  numGates: 4,
  states: ['hidden', 'cell'],
  hasRecurrentBias: false,
  fused: fusedLstm,
  start:
    (tf, {recurrentKernel, activate, activateGate, dropState}) =>
    (projected, [h, c]) => {
      const gates = tf.add<Tensor2D>(projected, tf.matMul(dropState(h!), recurrentKernel));
      const [input, forget, candidate, output] = tf.split(gates, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const kept = tf.mul(activateGate(forget), c!);
      const next = tf.add<Tensor2D>(kept, tf.mul(activateGate(input), activate(candidate)));
      return [tf.mul(activateGate(output), activate(next)), next];
    },
};
