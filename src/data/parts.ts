import type {Rng} from '../support/random.js';
import {formatShape} from '../support/tensor.js';
import {DataSpecError} from './data-error.js';
import type {ExampleInfo} from './dataset.js';
import type {DataSpec} from './section.js';
import type {SourceFacts} from './sources/definition.js';
import {checkHeld, type HeldOut, heldCount, holdOut, holdOutBelow, pick, spaced} from './split.js';

/** Rows of a source's training examples; undefined for all of them. */
export interface Parts {
  /** Those trained on. */
  readonly kept: Uint32Array | undefined;
  /** Those of the validation part. */
  readonly held?: Uint32Array;
}

/** Which training examples are used, and which of them are held out for validation. @throws DataSpecError */
export function partsOf({limit, validation}: DataSpec, facts: SourceFacts, rng: Rng): Parts {
  const {numTrain, labels, splitPoints} = facts;
  const used = spaced(numTrain, limit?.train ?? numTrain);
  if (!validation) return {kept: used};
  refuseBoth(validation, facts);
  if (validation.stratify && !labels) throw new Error('the source has no labels to stratify by');
  const classes = validation.stratify && labels ? (used ? pick(labels, used, 1) : labels) : undefined;
  const parts = splitPoints
    ? holdOutByPoints(splitPoints, used, validation.fraction)
    : holdOut(used?.length ?? numTrain, validation.fraction, rng.split('split'), classes);
  return used ? {kept: through(used, parts.kept), held: through(used, parts.held)} : parts;
}

const through = (rows: Uint32Array, chosen: HeldOut['kept']): Uint32Array => chosen.map((index) => rows[index]!);

function refuseBoth(
  {stratify}: NonNullable<DataSpec['validation']>,
  {splitPoints}: Pick<SourceFacts, 'splitPoints'>,
): void {
  if (!stratify || !splitPoints) return;
  throw new DataSpecError('data.validation.stratify', 'does not go with data.source.splitBy', 'drop one of them');
}

/** How many examples the validation part takes, of `numExamples` in use. Cheap. @throws DataSpecError where there can be no such part */
export function countValidation(
  {validation}: DataSpec,
  {splitPoints, numTrain}: SourceFacts,
  {targets}: ExampleInfo,
  numExamples: number,
): number {
  if (!validation) return 0;
  const {fraction, stratify} = validation;
  const [target, ...others] = Object.values(targets);
  if (stratify && (others.length > 0 || target?.task !== 'classification' || target.shape.length > 0)) {
    const what = others.length > 0 ? 'several targets' : `targets of shape ${formatShape(target?.shape ?? [])}`;
    const kind = target?.task === 'regression' && others.length === 0 ? `real ${what}` : what;
    throw new DataSpecError(
      'data.validation.stratify',
      `needs ${target?.task === 'regression' && others.length === 0 ? 'classes' : 'one class an example'}; this data has ${kind}`,
      'drop stratify',
    );
  }
  refuseBoth(validation, {splitPoints});
  if (numExamples < 2) {
    throw new DataSpecError('data.validation', `needs at least 2 training examples; the data has ${numExamples}`);
  }
  if (!splitPoints) return heldCount(numExamples, fraction);
  return holdOutByPoints(splitPoints, spaced(numTrain, numExamples), fraction).held.length;
}

/** Validation examples by their points. @param rows the training examples in use, all by default @returns places among those */
function holdOutByPoints(points: Float64Array, rows: Uint32Array | undefined, fraction: number): HeldOut {
  const used = rows ? Float64Array.from(rows, (row) => points[row]!) : points;
  return checkHeld(holdOutBelow(used, fraction), 'data.validation.fraction', fraction);
}
