import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {stepsOf, unit, warmup} from './fields.js';

/**
 * factor^(step / every): with `{every: 1, unit: steps}` torch.optim.lr_scheduler.ExponentialLR (gamma is `factor`) stepped after
 * each update, and Keras's ExponentialDecay with `every` for decay_steps.
 */
export const exponential = defineSchedule({
  type: 'exponential',
  summary: 'Falls smoothly by the same factor in each equal length of training.',
  args: Type.Object({
    factor: Type.Number({
      default: 0.9,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'What is left of the learning rate after each length `every`; between 0 and 1.',
    }),
    every: Type.Number({default: 1, exclusiveMinimum: 0, description: 'That length, in `unit`; above 0.'}),
    unit,
    ...warmup,
  }),
  factor: ({factor, every, unit}, moment) => factor ** (moment.step / stepsOf(every, unit, moment)),
});
