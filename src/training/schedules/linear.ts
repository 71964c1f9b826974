import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {finalFactor, warmup} from './fields.js';

/** 1 + (final − 1) · step / numSteps over all of training: torch.optim.lr_scheduler.LinearLR with a start factor of 1. */
export const linear = defineSchedule({
  type: 'linear',
  summary: 'Falls to its end in a straight line.',
  args: Type.Object({finalFactor, ...warmup}),
  factor: ({finalFactor}, {step, numSteps}) => 1 + (finalFactor - 1) * Math.min(1, step / numSteps),
});
