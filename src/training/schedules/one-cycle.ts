import {Type} from '@sinclair/typebox';
import {halfCosine} from './cosine.js';
import {defineSchedule} from './definition.js';
import {warmup} from './fields.js';

/**
 * Up along a cosine to the learning rate, then down along another to next to nothing (Smith & Topin 2018), over all of training:
 * torch.optim.lr_scheduler.OneCycleLR with the learning rate for max_lr, `riseShare` for pct_start, 1 / `initialFactor` for
 * div_factor and `initialFactor` / `finalFactor` for final_div_factor; momentum is left alone (cycle_momentum=False).
 */
export const oneCycle = defineSchedule({
  type: 'oneCycle',
  summary: 'Rises to the learning rate and falls to next to nothing, each along half a period of the cosine.',
  args: Type.Object({
    riseShare: Type.Number({
      default: 0.3,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of training in which it rises; between 0 and 1.',
    }),
    initialFactor: Type.Number({
      default: 0.04,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'What it begins at, as a share of the learning rate; above 0, at most 1.',
    }),
    finalFactor: Type.Number({
      default: 4e-6,
      minimum: 0,
      maximum: 1,
      description: 'What it ends at, as a share of the learning rate; in [0, 1].',
    }),
    ...warmup,
  }),
  factor({riseShare, initialFactor, finalFactor}, {step, numSteps}) {
    const peak = riseShare * numSteps - 1;
    const last = Math.max(1, numSteps - 1);
    if (peak > 0 && step <= peak) return halfCosine(1 - step / peak, initialFactor);
    const start = Math.max(0, peak);
    return halfCosine(Math.min(1, (step - start) / Math.max(1e-9, last - start)), finalFactor);
  },
});
