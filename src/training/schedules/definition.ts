import type {TProperties} from '@sinclair/typebox';
import type {Definition, SpecOf} from '../../spec/define.js';

/** Where training is, as a schedule sees it. The warm-up comes before, so neither counts its steps. */
export interface ScheduleMoment {
  /** Updates made since the warm-up: 0 at the first one. */
  readonly step: number;
  /** Updates that the schedule spans; at least 1. */
  readonly numSteps: number;
  /** Updates of one pass over the training set. */
  readonly stepsPerEpoch: number;
}

/** A schedule of the catalogue: a pure function of where training is. */
export interface ScheduleDefinition<Name extends string, Args extends TProperties, Spec>
  extends Definition<Name, Args> {
  /** What the optimizer's learning rate is multiplied by for the next update; at least 0. */
  factor(spec: Spec, moment: ScheduleMoment): number;
}

/** Types a schedule from its own arguments; returns it unchanged. */
export const defineSchedule = <const Name extends string, Args extends TProperties>(
  definition: ScheduleDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): ScheduleDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
