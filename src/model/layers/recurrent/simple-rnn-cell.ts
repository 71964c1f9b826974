import type {RecurrentCell} from './cell.js';
import {fusedSimpleRnn} from './fused-simple-rnn.js';

/** h' = activation(x · kernel + bias + h · recurrentKernel): Elman's network. */
export const simpleRnnCell: RecurrentCell = {
  numGates: 1,
  states: ['hidden'],
  hasRecurrentBias: false,
  fused: fusedSimpleRnn,
  start:
    (tf, {recurrentKernel, activate, dropState}) =>
    (projected, [h]) => [activate(tf.add(projected, tf.matMul(dropState(h!), recurrentKernel)))],
};
