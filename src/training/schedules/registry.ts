import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {constant} from './constant.js';
import {cosine} from './cosine.js';
import {cosineRestarts} from './cosine-restarts.js';
import type {ScheduleDefinition, ScheduleMoment} from './definition.js';
import {exponential} from './exponential.js';
import {inverseSqrt} from './inverse-sqrt.js';
import {linear} from './linear.js';
import {multiStep} from './multi-step.js';
import {oneCycle} from './one-cycle.js';
import {polynomial} from './polynomial.js';
import {reduceOnPlateau} from './reduce-on-plateau.js';
import {step} from './step.js';

/** Every learning-rate schedule of the catalogue, by the name users type. */
export const schedules = {
  constant,
  step,
  multiStep,
  exponential,
  polynomial,
  linear,
  cosine,
  cosineRestarts,
  oneCycle,
  inverseSqrt,
  reduceOnPlateau,
} as const;

export type ScheduleSpec = SpecUnion<typeof schedules>;

/**
 * What the learning rate is multiplied by for an update, warm-up included: in the k-th of w warm-up updates k/w of where the
 * schedule begins, after them the schedule over the updates that are left.
 * @param moment counted over the whole run: `step` 0 is its first update
 */
export function scheduleFactor(spec: ScheduleSpec, {step, numSteps, stepsPerEpoch}: ScheduleMoment): number {
  const definition: ScheduleDefinition<string, TProperties, ScheduleSpec> = schedules[spec.type];
  const {warmupSteps} = spec;
  const rest = Math.max(1, numSteps - warmupSteps);
  if (step >= warmupSteps) return definition.factor(spec, {step: step - warmupSteps, numSteps: rest, stepsPerEpoch});
  const start = definition.factor(spec, {step: 0, numSteps: rest, stepsPerEpoch});
  return (start * (step + 1)) / warmupSteps;
}
