import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {dropFactor, stepsOf, unit, warmup} from './fields.js';

/** factor^(drops passed), as torch.optim.lr_scheduler.MultiStepLR has it with `at` for milestones and `factor` for gamma. */
export const multiStep = defineSchedule({
  type: 'multiStep',
  summary: 'Drops by a factor at given moments.',
  args: Type.Object({
    at: Type.Array(Type.Number({exclusiveMinimum: 0, description: 'A moment, in `unit`; above 0.'}), {
      examples: [[30, 60, 80]],
      minItems: 1,
      description: 'When it drops, counted in `unit` from the end of the warm-up.',
    }),
    unit,
    factor: dropFactor(0.1),
    ...warmup,
  }),
  factor: ({at, unit, factor}, moment) =>
    factor ** at.filter((one) => moment.step >= stepsOf(one, unit, moment)).length,
});
