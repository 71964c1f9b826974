import type {ClassWeights} from '../data/class-weights.js';
import {defaultNames} from '../data/dataset.js';
import type {LossSpec} from './losses/registry.js';
import type {MetricSpec} from './metrics/registry.js';
import type {TrainingSpec} from './section.js';

/** What one output of the model is trained for. */
export interface OutputSpec {
  /** The layer's name, or `output` where the model has only one. */
  readonly name: string;
  /** The target of the data that it is compared with; undefined: the only one. */
  readonly target?: string | undefined;
  readonly loss: LossSpec;
  /** What the loss is multiplied by in the sum of all outputs' losses. */
  readonly weight: number;
  readonly metrics: readonly MetricSpec[];
  readonly classWeights?: ClassWeights | undefined;
  /** Where `loss` and `metrics` are written. */
  readonly path: readonly string[];
  /** Before its columns: `price_`, or nothing where it is the only output. */
  readonly prefix: string;
}

type Spec = Pick<TrainingSpec, 'loss' | 'metrics' | 'classWeights' | 'outputs' | 'target'>;

/** Names of the layers whose outputs are trained, where the spec lists several; undefined for the model's only output. */
export const outputNames = ({outputs}: Pick<TrainingSpec, 'outputs'>): readonly string[] | undefined =>
  outputs && Object.keys(outputs);

/** The outputs of a spec in their order, one where it has only `loss`. None where it has neither, which the checks refuse. */
export function outputsOf({loss, metrics, classWeights, target, outputs}: Spec): readonly OutputSpec[] {
  if (outputs) {
    return Object.entries(outputs).map(([name, {target = name, ...rest}]) => ({
      ...rest,
      name,
      target,
      path: ['training', 'outputs', name],
      prefix: `${name}_`,
    }));
  }
  if (!loss) return [];
  return [{name: defaultNames.output, target, loss, weight: 1, metrics, classWeights, path: ['training'], prefix: ''}];
}
