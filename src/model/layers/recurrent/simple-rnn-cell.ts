import type {RecurrentCell} from './cell.js';

/** h' = activation(x · kernel + bias + h · recurrentKernel): Elman's network. */
export const simpleRnnCell: RecurrentCell = {
  numGates: 1,
  states: ['hidden'],
  hasRecurrentBias: false,
  start:
    (tf, {recurrentKernel, activate, dropState}) =>
    (projected, [h]) => [activate(tf.add(projected, tf.matMul(dropState(h!), recurrentKernel)))],
};
