import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {warmup} from './fields.js';

const usualTimescale = 10000;

/**
 * √(timescale / (timescale + step)). When `timescaleSteps` is left out it is `warmupSteps`, which makes the rate after k updates
 * √(warmupSteps / k) of the whole, as Vaswani et al. 2017 (section 5.3) trained the Transformer; 10,000 without a warm-up.
 */
export const inverseSqrt = defineSchedule({
  type: 'inverseSqrt',
  summary: 'Falls with the inverse square root of the updates made; never reaches an end.',
  args: Type.Object({
    timescaleSteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Updates after which it is 1/√2 of the learning rate; at least 1. warmupSteps when left out, or 10000 without a warm-up.',
      }),
    ),
    ...warmup,
  }),
  factor({timescaleSteps, warmupSteps}, {step}) {
    const timescale = timescaleSteps ?? (warmupSteps > 0 ? warmupSteps : usualTimescale);
    return Math.sqrt(timescale / (timescale + step));
  },
});
