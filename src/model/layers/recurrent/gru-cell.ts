import type {Tensor2D} from '@tensorflow/tfjs-core';
import {columns, type RecurrentCell} from './cell.js';
import {fusedGru} from './fused-gru.js';

/**
 * Gated recurrent unit with the reset gate behind the recurrent product, as in Keras's default, PyTorch and cuDNN: gates z (update),
 * r (reset) and candidate n = activation(x_n + r · (h · U_n + b)); h' = z · h + (1 - z) · n. Keras orders the gates z, r, n;
 * PyTorch r, z, n.
 */
export const gruResetAfterCell: RecurrentCell = {
  numGates: 3,
  states: ['hidden'],
  hasRecurrentBias: true,
  fused: fusedGru,
  start(tf, {units, recurrentKernel, recurrentBias, activate, activateGate, dropState}) {
    return (projected, [h]) => {
      const product = tf.matMul(dropState(h!), recurrentKernel);
      const recurrent = recurrentBias ? tf.add<Tensor2D>(product, recurrentBias) : product;
      const [inputGates, inputCandidate] = tf.split(projected, [2 * units, units], 1) as [Tensor2D, Tensor2D];
      const [stateGates, stateCandidate] = tf.split(recurrent, [2 * units, units], 1) as [Tensor2D, Tensor2D];
      const gates = activateGate(tf.add(inputGates, stateGates));
      const [update, reset] = tf.split(gates, 2, 1) as [Tensor2D, Tensor2D];
      const candidate = activate(tf.add(inputCandidate, tf.mul(reset, stateCandidate)));
      return [tf.add(candidate, tf.mul(update, tf.sub(h!, candidate)))];
    };
  },
};

/** The original form (Cho et al. 2014): the reset gate in front of the product, n = activation(x_n + (r · h) · U_n). */
export const gruResetBeforeCell: RecurrentCell = {
  numGates: 3,
  states: ['hidden'],
  hasRecurrentBias: false,
  start(tf, {units, recurrentKernel, activate, activateGate, dropState}) {
    const gateKernel = columns(tf, recurrentKernel, units, 0, 2);
    const candidateKernel = columns(tf, recurrentKernel, units, 2, 3);
    return (projected, [h]) => {
      const dropped = dropState(h!);
      const [inputGates, inputCandidate] = tf.split(projected, [2 * units, units], 1) as [Tensor2D, Tensor2D];
      const gates = activateGate(tf.add(inputGates, tf.matMul(dropped, gateKernel)));
      const [update, reset] = tf.split(gates, 2, 1) as [Tensor2D, Tensor2D];
      const product = tf.matMul(tf.mul<Tensor2D>(reset, dropped), candidateKernel);
      const candidate = activate(tf.add(inputCandidate, product));
      return [tf.add(candidate, tf.mul(update, tf.sub(h!, candidate)))];
    };
  },
};
