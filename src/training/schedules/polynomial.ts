import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {finalFactor, warmup} from './fields.js';

/**
 * final + (1 − final) · (1 − step / numSteps)^power over all of training: torch.optim.lr_scheduler.PolynomialLR with a final
 * factor of 0, Keras's PolynomialDecay with any.
 */
export const polynomial = defineSchedule({
  type: 'polynomial',
  summary: 'Falls to its end along a power of the training that is left.',
  args: Type.Object({
    power: Type.Number({
      default: 2,
      exclusiveMinimum: 0,
      description: 'Exponent; above 0. 1 is a straight line; above 1 it falls fast at first.',
    }),
    finalFactor,
    ...warmup,
  }),
  factor: ({power, finalFactor}, {step, numSteps}) =>
    finalFactor + (1 - finalFactor) * Math.max(0, 1 - step / numSteps) ** power,
});
