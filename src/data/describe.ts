import {formatShape, type Shape} from '../support/tensor.js';
import {checkAugment} from './augment/augmenter.js';
import {DataSpecError} from './data-error.js';
import type {DatasetInfo} from './dataset.js';
import type {DataSpec} from './section.js';
import type {SourceContext, SourceDefinition, SourceInfo} from './sources/definition.js';
import {sources} from './sources/index.js';
import {checkHeld, type HeldOut, heldCount, holdOutBelow, spaced} from './split.js';
import type {TransformDefinition} from './transforms/definition.js';
import {transforms} from './transforms/index.js';

/**
 * What a data section will give: shapes, classes, sizes. Cheap: reads headers only where the format has them.
 * @throws ExpError for missing or damaged files, DataSpecError where the section makes no sense.
 */
export async function describeData(spec: DataSpec, context: SourceContext): Promise<DatasetInfo> {
  const source: SourceDefinition = sources[spec.source.type];
  return datasetInfo(spec, await source.describe(spec.source, context));
}

/** Applies limits, the validation part and the transforms' shapes to what the source holds. */
export function datasetInfo(spec: DataSpec, {splitPoints, ...source}: SourceInfo): DatasetInfo {
  const numUsed = Math.min(source.numTrain, spec.limit?.train ?? Number.POSITIVE_INFINITY);
  const numTest = Math.min(source.numTest, spec.limit?.test ?? Number.POSITIVE_INFINITY);
  const numValidation = spec.validation ? validationCount(spec.validation, {...source, splitPoints}, numUsed) : 0;
  checkAugment(spec.augment, source.inputShape);
  const inputShape = transformShapes(spec, source.inputShape).at(-1)!;
  return {...source, inputShape, numTrain: numUsed - numValidation, numValidation, numTest};
}

/** Example shapes before the first transform, after it, …, after the last. @throws DataSpecError */
export function transformShapes(spec: DataSpec, inputShape: Shape): Shape[] {
  const shapes = [inputShape];
  spec.transforms.forEach((transform, index) => {
    const definition: TransformDefinition = transforms[transform.type];
    shapes.push(definition.outputShape(transform, shapes.at(-1)!, transformPath(index)));
  });
  return shapes;
}

/** A transform's place in the spec. */
export const transformPath = (index: number): string => `data.transforms[${index}]`;

function validationCount(
  {fraction, stratify}: NonNullable<DataSpec['validation']>,
  {splitPoints, task, targetShape, numTrain}: Omit<SourceInfo, 'splitPoints'> & {splitPoints: Float64Array | undefined},
  numExamples: number,
): number {
  if (stratify && task === 'regression') {
    throw new DataSpecError(
      'data.validation.stratify',
      `needs classes; this data has real targets of shape ${formatShape(targetShape)}`,
      'drop stratify',
    );
  }
  if (stratify && splitPoints) {
    throw new DataSpecError('data.validation.stratify', 'does not go with data.source.splitBy', 'drop one of them');
  }
  if (numExamples < 2) {
    throw new DataSpecError('data.validation', `needs at least 2 training examples; the data has ${numExamples}`);
  }
  if (!splitPoints) return heldCount(numExamples, fraction);
  return holdOutByPoints(splitPoints, spaced(numTrain, numExamples), fraction).held.length;
}

/** Validation examples by their points. @param rows the training examples in use, all by default @returns places among those */
export function holdOutByPoints(points: Float64Array, rows: Uint32Array | undefined, fraction: number): HeldOut {
  const used = rows ? Float64Array.from(rows, (row) => points[row]!) : points;
  return checkHeld(holdOutBelow(used, fraction), 'data.validation.fraction', fraction);
}
