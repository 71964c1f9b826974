import {type MetricColumn, metricColumns} from '../columns.js';
import type {MetricValues} from '../metric-values.js';
import type {RunLength} from '../run-length.js';
import type {TrainingSpec} from '../section.js';
import {Plateau, type PlateauState} from './plateau.js';
import {scheduleFactor} from './registry.js';

/** The learning rate of each update of a run. */
export interface LearningRates {
  /** @param step number of the update, from 1 */
  rate(step: number): number;
  /** Takes the values of each epoch in turn. */
  observe(metrics: MetricValues): void;
  /** What it has learnt from the epochs so far, for a checkpoint; undefined where rates follow from the step alone. */
  state(): PlateauState | undefined;
  restore(state: PlateauState): void;
}

/** The spec's learning rate under its schedule. @param columns one of which `reduceOnPlateau` may follow */
export function learningRates(
  spec: Pick<TrainingSpec, 'optimizer' | 'schedule' | 'metrics'>,
  {numSteps, stepsPerEpoch}: Pick<RunLength, 'numSteps' | 'stepsPerEpoch'>,
  columns: readonly MetricColumn[] = metricColumns(spec),
): LearningRates {
  const {schedule} = spec;
  const {learningRate} = spec.optimizer;
  if (!schedule) return {rate: () => learningRate, observe: () => {}, state: () => undefined, restore: () => {}};
  const plateau = schedule.type === 'reduceOnPlateau' ? new Plateau(columns, schedule) : undefined;
  return {
    rate: (step) =>
      learningRate * (plateau?.factor ?? 1) * scheduleFactor(schedule, {step: step - 1, numSteps, stepsPerEpoch}),
    observe: (metrics) => plateau?.observe(metrics),
    state: () => plateau?.state,
    restore(state) {
      if (plateau) plateau.state = state;
    },
  };
}
