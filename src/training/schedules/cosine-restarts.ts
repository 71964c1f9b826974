import {Type} from '@sinclair/typebox';
import {halfCosine} from './cosine.js';
import {defineSchedule} from './definition.js';
import {finalFactor, stepsOf, unit, warmup} from './fields.js';

/**
 * A cosine that begins again at its end, each period `growth` times as long as the one before (Loshchilov & Hutter 2017, SGDR):
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts with `firstPeriod` for T_0 and `growth` for T_mult.
 */
export const cosineRestarts = defineSchedule({
  type: 'cosineRestarts',
  summary: 'Falls along half a period of the cosine, jumps back, and falls again.',
  args: Type.Object({
    firstPeriod: Type.Number({
      examples: [10],
      exclusiveMinimum: 0,
      description: 'Length until the first restart, in `unit`; above 0.',
    }),
    unit,
    growth: Type.Number({
      default: 1,
      minimum: 1,
      maximum: 100,
      description: 'How many times as long as the one before each period is; at least 1.',
    }),
    finalFactor,
    ...warmup,
  }),
  factor({firstPeriod, unit, growth, finalFactor}, moment) {
    const first = stepsOf(firstPeriod, unit, moment);
    if (growth === 1) return halfCosine((moment.step % first) / first, finalFactor);
    let [start, length] = [0, first];
    while (moment.step >= start + length) {
      start += length;
      length *= growth;
    }
    return halfCosine((moment.step - start) / length, finalFactor);
  },
});
