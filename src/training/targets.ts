import type {DatasetInfo, TargetEncoding} from '../data/dataset.js';
import type {Shape} from '../support/tensor.js';

/** Shape of one target as batches hold it, batch axis left out: [] for a class number, [numClasses] for a one-hot row. */
export function encodedTargetShape(info: DatasetInfo, encoding: TargetEncoding): Shape {
  if (encoding === 'values') return info.targetShape;
  if (info.numClasses === undefined) throw new Error(`targets cannot be ${encoding}: the data have no classes`);
  return encoding === 'oneHot' ? [info.numClasses] : [];
}
