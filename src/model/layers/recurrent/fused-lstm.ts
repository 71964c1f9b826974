import type {Tensor2D} from '@tensorflow/tfjs-core';
import type {FusedCell} from './fused.js';

/**
 * `lstmCell` with tanh and sigmoid, and its gradient. Rows: input, forget and output gate, for one sigmoid, then the candidate.
 * With σ' = σ · (1 - σ) and tanh' = 1 - tanh², products that the forward step has made stand in for those of the derivatives:
 * g · σ'(i) = ig · (1 - i), c · σ'(f) = fc · (1 - f), tanh(c') · σ'(o) = h' · (1 - o), i · tanh'(g) = i - ig · g and
 * o · tanh'(c') = o - h' · tanh(c').
 */
export const fusedLstm: FusedCell = {
  gateOrder: [0, 1, 3, 2],
  forward(tf, sums, [, c]) {
    const units = c!.shape[0];
    const [gateSums, candidateSums] = tf.split(sums, [3 * units, units], 0) as [Tensor2D, Tensor2D];
    const gates = tf.sigmoid(gateSums);
    const [input, forget, output] = tf.split(gates, 3, 0) as [Tensor2D, Tensor2D, Tensor2D];
    const candidate = tf.tanh(candidateSums);
    const added = tf.mul<Tensor2D>(input, candidate);
    const left = tf.mul<Tensor2D>(forget, c!);
    const next = tf.add<Tensor2D>(left, added);
    const squashed = tf.tanh(next);
    const hidden = tf.mul<Tensor2D>(output, squashed);
    return {states: [hidden, next], kept: [gates, input, forget, output, candidate, added, left, squashed, hidden]};
  },
  back(tf, kept, [dHidden, dCell]) {
    const [gates, input, forget, output, candidate, added, left, squashed, hidden] = kept as Nine;
    const fromHidden = tf.mul<Tensor2D>(dHidden!, tf.sub(output, tf.mul(hidden, squashed)));
    const dNext = tf.add<Tensor2D>(fromHidden, dCell!);
    const factors = tf.concat([added, left, hidden], 0);
    const slopes = tf.sub(factors, tf.mul(factors, gates));
    const dGates = tf.mul<Tensor2D>(tf.concat([dNext, dNext, dHidden!], 0), slopes);
    const dCandidate = tf.mul<Tensor2D>(dNext, tf.sub(input, tf.mul(added, candidate)));
    return {sums: tf.concat([dGates, dCandidate], 0), others: [tf.mul(dNext, forget)]};
  },
};

type Nine = [Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D, Tensor2D];
