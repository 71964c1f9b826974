import {Type} from '@sinclair/typebox';
import type {ScheduleMoment} from './definition.js';

/** What every schedule has in front of it. */
export const warmup = {
  warmupSteps: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      'Updates in which the learning rate first rises in equal parts to where the schedule begins; fewer than there are in all, 0 for none.',
  }),
};

/** What `every`, `at` and the like are counted in. */
export const unit = Type.Union([Type.Literal('epochs'), Type.Literal('steps')], {
  default: 'epochs',
  description: 'What lengths are counted in: epochs (parts of one are allowed) or steps, which are updates.',
});

/** The last value of a schedule that falls. */
export const finalFactor = Type.Number({
  default: 0,
  minimum: 0,
  maximum: 1,
  description: 'What it ends at, as a share of the learning rate; in [0, 1].',
});

/** The factor of a drop. */
export const dropFactor = (defaultValue: number) =>
  Type.Number({
    default: defaultValue,
    exclusiveMinimum: 0,
    exclusiveMaximum: 1,
    description: 'What the learning rate is multiplied by at each drop; between 0 and 1.',
  });

/** A length in whole updates, at least 1. */
export const stepsOf = (length: number, unit: 'epochs' | 'steps', {stepsPerEpoch}: ScheduleMoment): number =>
  Math.max(1, Math.round(unit === 'epochs' ? length * stepsPerEpoch : length));
