import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {warmup} from './fields.js';

/** Always the same; with a warm-up in front, torch.optim.lr_scheduler.ConstantLR after LinearLR. */
export const constant = defineSchedule({
  type: 'constant',
  summary: 'The learning rate stays as it is, after the warm-up if there is one.',
  args: Type.Object({...warmup}),
  factor: () => 1,
});
