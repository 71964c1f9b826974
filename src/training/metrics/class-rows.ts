import type {TargetEncoding} from '../../data/dataset.js';
import type {OutputMeaning} from '../losses/definition.js';
import type {JudgedExamples, MetricContext} from './metric.js';

/** Position of the largest of `values[start .. start + length)`, the first one on a tie. */
export function argMax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/** The true class of row `row`, whether targets are class numbers or one-hot rows of `numClasses`. */
export const classOf = (batch: JudgedExamples, row: number, numClasses: number, encoding: TargetEncoding): number =>
  encoding === 'oneHot' ? argMax(batch.targets, row * numClasses, numClasses) : batch.targets[row]!;

/** Whether each unit answers a yes/no question of its own, instead of all together naming one class. */
export const isYesNo = ({outputShape, encoding}: Pick<MetricContext, 'outputShape' | 'encoding'>): boolean =>
  encoding === 'values' || (outputShape.at(-1) ?? 1) === 1;

/** A unit says yes above it. */
export const yesThreshold = (outputs: OutputMeaning): number => (outputs === 'probabilities' ? 0.5 : 0);
