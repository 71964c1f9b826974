import {Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {keptMask} from '../masks.js';
import {createDropout} from './dropout-layer.js';

export const dropout = defineLayer({
  type: 'dropout',
  summary:
    'In training, zeroes each value with probability `rate` and scales the others by 1 / (1 - rate); else does nothing.',
  shapes: '[...] → the same',
  example: '{type: dropout, rate: 0.5}',
  args: Type.Object({
    rate: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Probability of a value to be zeroed, in [0, 1).',
    }),
  }),
  outputShape: (_args, inputShape) => inputShape,
  weights: () => [],
  mask: () => keptMask,
  build: ({rate}, {tf, name}) => createDropout(tf, {name, rate}),
});
