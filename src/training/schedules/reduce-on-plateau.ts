import {Type} from '@sinclair/typebox';
import {defineSchedule} from './definition.js';
import {dropFactor, warmup} from './fields.js';

/**
 * Multiplies by `factor` when more than `patience` epochs brought no improvement: torch.optim.lr_scheduler.ReduceLROnPlateau with
 * threshold_mode 'abs' and `minDelta` for threshold. What it follows is not a function of the step, so the loop keeps it
 * (`learningRates`); between two drops the factor is 1.
 */
export const reduceOnPlateau = defineSchedule({
  type: 'reduceOnPlateau',
  summary: 'Drops by a factor whenever the monitored validation metric stops improving.',
  args: Type.Object({
    monitor: Type.String({
      default: 'val_loss',
      minLength: 1,
      description: 'The column watched, `val_loss` or `val_` and a metric; needs data.validation.',
    }),
    mode: Type.Optional(
      Type.Union([Type.Literal('min'), Type.Literal('max')], {
        description: 'Whether smaller or larger values are better; follows from the metric when left out.',
      }),
    ),
    factor: dropFactor(0.1),
    patience: Type.Integer({
      default: 10,
      minimum: 0,
      description: 'Epochs without an improvement that are let pass; the next one brings the drop. At least 0.',
    }),
    minDelta: Type.Number({
      default: 0,
      minimum: 0,
      description: 'A change must be larger than this to count as an improvement; at least 0.',
    }),
    cooldown: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Epochs after a drop in which none is counted as one without an improvement; at least 0.',
    }),
    minFactor: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1,
      description: 'It never falls below this share of the learning rate; in [0, 1].',
    }),
    ...warmup,
  }),
  factor: () => 1,
});
