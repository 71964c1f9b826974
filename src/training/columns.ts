import type {DatasetInfo} from '../data/dataset.js';
import type {Goal} from './metrics/metric.js';
import {columnsOf, metricDefinition} from './metrics/registry.js';
import {outputsOf} from './outputs.js';
import type {TrainingSpec} from './section.js';
import {classesOf} from './targets.js';

/** One number that training reports per epoch. */
export interface MetricColumn {
  /** As metrics.csv spells it: `loss`, `accuracy`, `val_accuracy`. */
  readonly name: string;
  readonly split: 'train' | 'validation' | 'test';
  readonly goal: Goal;
}

/** Which sets are evaluated besides the training set. */
export interface EvaluatedSplits {
  readonly validation: boolean;
  /** Each epoch (`data.test: everyEpoch`), not once at the end. */
  readonly test: boolean;
}

/** Prefix of a column by the set it was computed on. */
export const splitPrefix = {train: '', validation: 'val_', test: 'test_'} as const;

/**
 * The columns of metrics.csv in their order: the loss, that of each output where there are several, and each metric; first of the training
 * set, then of the others.
 * @param targets of the data, whose classes name the columns of metrics that have one for each; those are left out without
 */
export function metricColumns(
  spec: Pick<TrainingSpec, 'metrics'> & Partial<Pick<TrainingSpec, 'outputs' | 'loss'>>,
  splits: EvaluatedSplits = {validation: true, test: false},
  targets?: DatasetInfo['targets'],
): readonly MetricColumn[] {
  const own: {name: string; goal: Goal}[] = [{name: 'loss', goal: 'minimize'}];
  const outputs = spec.outputs
    ? outputsOf(spec)
    : [{prefix: '', metrics: spec.metrics, target: undefined, loss: spec.loss}];
  if (outputs.length > 1) for (const {prefix} of outputs) own.push({name: `${prefix}loss`, goal: 'minimize'});
  for (const {prefix, metrics, target, loss} of outputs) {
    const info = target === undefined ? Object.values(targets ?? {})[0] : targets?.[target];
    const classes = info ? classesOf(info, loss) : [];
    for (const metric of metrics) {
      const {goal} = metricDefinition(metric);
      for (const column of columnsOf(metric, classes)) own.push({name: prefix + column, goal});
    }
  }
  const present = (['train', 'validation', 'test'] as const).filter((split) => split === 'train' || splits[split]);
  return present.flatMap((split) => own.map(({name, goal}) => ({name: splitPrefix[split] + name, split, goal})));
}
