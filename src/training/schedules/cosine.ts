import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {finalFactor, warmup} from './fields.js';

/** Half a period of the cosine, from 1 at `progress` 0 to `final` at 1 (Loshchilov & Hutter 2017, equation 5). */
export const halfCosine = (progress: number, final: number): number =>
  final + ((1 - final) * (1 + Math.cos(Math.PI * progress))) / 2;

/** Half a period over all of training: torch.optim.lr_scheduler.CosineAnnealingLR, `finalFactor` times the rate for eta_min. */
export const cosine = defineSchedule({
  type: 'cosine',
  summary: 'Falls to its end along half a period of the cosine.',
  args: Type.Object({finalFactor, ...warmup}),
  factor: ({finalFactor}, {step, numSteps}) => halfCosine(Math.min(1, step / numSteps), finalFactor),
});
