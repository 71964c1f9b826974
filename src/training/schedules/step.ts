import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {dropFactor, stepsOf, unit, warmup} from './fields.js';

/** factor^⌊step / every⌋, as torch.optim.lr_scheduler.StepLR has it with `every` for step_size and `factor` for gamma. */
export const step = defineSchedule({
  type: 'step',
  summary: 'Drops by a factor again and again, after equal lengths of training.',
  args: Type.Object({
    every: Type.Number({
      exclusiveMinimum: 0,
      examples: [30],
      description: 'Length between two drops, in `unit`; above 0.',
    }),
    unit,
    factor: dropFactor(0.1),
    ...warmup,
  }),
  factor: ({every, unit, factor}, moment) => factor ** Math.floor(moment.step / stepsOf(every, unit, moment)),
});
