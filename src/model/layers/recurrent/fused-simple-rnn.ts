import type {Tensor2D} from '@tensorflow/tfjs-core';
import type {FusedCell} from './fused.js';

/** `simpleRnnCell` with tanh, whose derivative is 1 - tanh². */
export const fusedSimpleRnn: FusedCell = {
  gateOrder: [0],
  forward(tf, sums) {
    const next = tf.tanh(sums);
    return {states: [next], kept: [next]};
  },
  back(tf, [next], [dNext]) {
    const slope = tf.sub(1, tf.mul(next!, next!));
    return {sums: tf.mul<Tensor2D>(dNext!, slope)};
  },
};
