import type {TargetEncoding, TargetInfo} from '../data/dataset.js';
import type {Shape} from '../support/tensor.js';
import {type LossSpec, lossDefinition} from './losses/registry.js';
import {countedClasses} from './metrics/class-rows.js';

/**
 * Names of the classes of a target that a loss judges, or their numbers; of several yes/no questions the numbers of the questions.
 * @param loss may leave a class out
 */
export function classesOf({classNames, numClasses, shape}: TargetInfo, loss: LossSpec | undefined): readonly string[] {
  const ignored = loss && lossDefinition(loss).ignores?.(loss);
  return countedClasses(classNames, numClasses ?? shape.at(-1) ?? 1, ignored);
}

/** Shape of one target as batches hold it, batch axis left out: [] for a class number, [numClasses] for a one-hot row. */
export function encodedTargetShape({shape, numClasses}: TargetInfo, encoding: TargetEncoding): Shape {
  if (encoding === 'values') return shape;
  if (numClasses === undefined) throw new Error(`targets cannot be ${encoding}: the data have no classes`);
  return encoding === 'oneHot' ? [...shape, numClasses] : shape;
}
