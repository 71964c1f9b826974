import type {TargetEncoding, TargetInfo} from '../data/dataset.js';
import type {Shape} from '../support/tensor.js';

/** Names of the classes of a target, or their numbers; of several yes/no questions the numbers of the questions. */
export const classesOf = ({classNames, numClasses, shape}: TargetInfo): readonly string[] =>
  classNames ?? Array.from({length: numClasses ?? shape.at(-1) ?? 1}, (_, index) => String(index));

/** Shape of one target as batches hold it, batch axis left out: [] for a class number, [numClasses] for a one-hot row. */
export function encodedTargetShape({shape, numClasses}: TargetInfo, encoding: TargetEncoding): Shape {
  if (encoding === 'values') return shape;
  if (numClasses === undefined) throw new Error(`targets cannot be ${encoding}: the data have no classes`);
  return encoding === 'oneHot' ? [...shape, numClasses] : shape;
}
