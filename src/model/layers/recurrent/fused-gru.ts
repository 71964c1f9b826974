import type {Tensor2D} from '@tensorflow/tfjs-core';
import type {FusedCell} from './fused.js';

/**
 * `gruResetAfterCell` with tanh and sigmoid, and its gradient. Rows: update and reset gate, for one sigmoid, then the candidate's two
 * terms apart, as the reset gate is between them: what it makes of the last output, and what of the input. Each term's weights are
 * zeros for the other's half, a third more arithmetic, all in one product.
 */
export const fusedGru: FusedCell = {
  gateOrder: [0, 1, 2, 3],
  prepare(tf, {kernel, recurrentKernel, bias}) {
    const [features, width] = kernel.shape;
    const units = width / 3;
    const gatesAnd = (weight: Tensor2D): [Tensor2D, Tensor2D] =>
      tf.split(weight, [2 * units, units], 1) as [Tensor2D, Tensor2D];
    const [gateKernel, candidateKernel] = gatesAnd(kernel);
    const padded = {
      kernel: tf.concat([gateKernel, tf.zeros([features, units]) as Tensor2D, candidateKernel], 1),
      recurrentKernel: tf.concat([recurrentKernel, tf.zeros([units, units]) as Tensor2D], 1),
      bias: undefined,
    };
    if (!bias) return padded;
    const [inputs, states] = tf.split(bias as Tensor2D, 2, 0) as [Tensor2D, Tensor2D];
    const [inputGates, inputCandidate] = gatesAnd(inputs);
    const [stateGates, stateCandidate] = gatesAnd(states);
    return {...padded, bias: tf.concat([tf.add(inputGates, stateGates), stateCandidate, inputCandidate], 1)};
  },
  forward(tf, sums, [h]) {
    const units = h!.shape[0];
    const [gateSums, ofState, ofInput] = tf.split(sums, [2 * units, units, units], 0) as [Tensor2D, Tensor2D, Tensor2D];
    const gates = tf.sigmoid(gateSums);
    const [update, reset] = tf.split(gates, 2, 0) as [Tensor2D, Tensor2D];
    const candidate = tf.tanh(tf.add<Tensor2D>(ofInput, tf.mul(reset, ofState)));
    const difference = tf.sub<Tensor2D>(h!, candidate);
    const next = tf.add<Tensor2D>(candidate, tf.mul(update, difference));
    return {states: [next], kept: [gates, update, reset, ofState, candidate, difference]};
  },
  back(tf, kept, [dNext]) {
    const [gates, update, reset, ofState, candidate, difference] = kept as Six;
    const hidden = tf.mul<Tensor2D>(dNext!, update);
    const dCandidate = tf.mul<Tensor2D>(tf.sub(dNext!, hidden), tf.sub(1, tf.mul(candidate, candidate)));
    const slopes = tf.mul(tf.concat([difference, ofState], 0), tf.sub(gates, tf.mul(gates, gates)));
    const dGates = tf.mul<Tensor2D>(tf.concat([dNext!, dCandidate], 0), slopes);
    return {sums: tf.concat([dGates, tf.mul<Tensor2D>(dCandidate, reset), dCandidate], 0), hidden};
  },
};

type Six = [Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D];
