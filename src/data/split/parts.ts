import {Rng} from '../../support/random.js';
import {formatShape} from '../../support/tensor.js';
import {DataSpecError} from '../data-error.js';
import type {DataSpec} from '../section.js';
import type {SourceContext, SourceFacts} from '../sources/definition.js';
import {checkSplit} from './check-split.js';
import {type Divisible, divide} from './divide.js';
import {pick, spaced} from './held-out.js';
import type {ValidationSpec} from './section.js';

/** Rows of a source's training examples. */
export interface Parts {
  /** Those trained on; undefined for all of them. */
  readonly kept: Uint32Array | undefined;
  /** Those of the validation part. */
  readonly held?: Uint32Array;
  /** Those that `data.testSplit` makes the test set of. */
  readonly test?: Uint32Array;
}

const paths = {validation: 'data.validation', testSplit: 'data.testSplit'} as const;

/**
 * Which training examples of a source are used, and which of them are held out for the test set and for validation. First the test set
 * is taken, then the limit, then the validation part.
 * @param rng the run's stream @throws DataSpecError
 */
export function partsOf({limit, source, ...parts}: DataSpec, facts: SourceFacts, rng: Rng): Parts {
  const [validation, testSplit] = [chosenBy(parts.validation, facts), chosenBy(parts.testSplit, facts)];
  const tested = testSplit && takeTest(testSplit, facts, source.type);
  const rows = tested?.kept;
  const used = through(rows, spaced(rows?.length ?? facts.numTrain, limit?.train ?? Number.POSITIVE_INFINITY));
  const test = tested && {
    test: through(tested.held, spaced(tested.held.length, limit?.test ?? Number.POSITIVE_INFINITY))!,
  };
  if (!validation) return {kept: used, ...test};
  checkSplit(validation, paths.validation);
  if (facts.splitPoints) checkAgainstPoints(validation);
  if (validation.stratify) checkClasses(facts, paths.validation);
  const examples = divisible(facts, used, source.type, paths.validation);
  const purpose = {path: paths.validation, noun: 'training examples', rng: rng.split('split')};
  const {kept, held} = divide(validation, examples, purpose);
  return {kept: through(used, kept), held: through(used, held)!, ...test};
}

/** The part with what the source chooses by, where the spec does not say. */
const chosenBy = <Part extends Pick<ValidationSpec, 'by'>>(
  part: Part | undefined,
  {dividedBy}: SourceFacts,
): Part | undefined => part && (part.by === undefined && dividedBy ? {...part, by: dividedBy} : part);

/**
 * Whether every fold has examples, where the examples decide about that.
 * @throws DataSpecError
 */
export function checkFolds(spec: DataSpec, facts: SourceFacts, rng: Rng): void {
  const {validation} = spec;
  if (validation?.kFold === undefined || validation.fold !== undefined) return;
  const {by = facts.dividedBy, time} = validation;
  if (by === undefined && time === undefined && !facts.splitPoints) return;
  for (let fold = 1; fold <= validation.kFold; fold++) {
    partsOf({...spec, validation: {...validation, fold}}, facts, rng);
  }
}

/** What a source should know of how its examples are divided. A limit comes after the test set is taken. */
export const sourceHints = (spec: DataSpec): Pick<SourceContext, 'splitColumns' | 'limit'> => ({
  splitColumns: splitColumns(spec),
  ...(spec.testSplit ? {} : {limit: spec.limit}),
});

/** Columns of a table that its parts need, by name, with the keys that name them. */
function splitColumns({validation, testSplit}: DataSpec): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const [section, spec] of Object.entries({validation, testSplit})) {
    for (const key of ['column', 'group', 'time'] as const) {
      const name = spec?.[key];
      if (name !== undefined) named.set(name, `data.${section}.${key}`);
    }
  }
  return named;
}

/** Whether a part depends on what the examples hold, which a description of the source does not tell. */
export const needsContent = ({validation, testSplit}: DataSpec): boolean =>
  [validation, testSplit].some((spec) => spec?.by === 'hash' && spec.group === undefined);

function takeTest(spec: NonNullable<DataSpec['testSplit']>, facts: SourceFacts, type: string) {
  const path = paths.testSplit;
  if (facts.numTest > 0) {
    const hint = 'drop one of them';
    throw new DataSpecError(
      path,
      `and data.source both give a test set; the source has ${facts.numTest} examples`,
      hint,
    );
  }
  checkSplit(spec, path);
  if (facts.splitPoints) {
    throw new DataSpecError(path, 'does not go with data.source.splitBy', 'write testFraction in data.source');
  }
  if (spec.stratify) checkClasses(facts, path);
  const rng = Rng.fromSeed(spec.splitSeed).split('test');
  return divide(spec, divisible(facts, undefined, type, path), {path, noun: 'examples', rng});
}

/** What `splitBy` of a table leaves to be said. */
function checkAgainstPoints(spec: ValidationSpec): void {
  for (const key of ['stratify', 'by', 'group', 'time', 'column', 'splitSeed'] as const) {
    if (spec[key] === undefined || spec[key] === false) continue;
    throw new DataSpecError(`${paths.validation}.${key}`, 'does not go with data.source.splitBy', 'drop one of them');
  }
}

/** @throws DataSpecError unless examples have a class each */
function checkClasses({labels, info}: SourceFacts, path: string): void {
  if (labels) return;
  const [target, ...others] = Object.values(info(() => undefined).targets);
  if (others.length === 0 && target?.task === 'classification' && target.shape.length === 0) return;
  const isReal = others.length === 0 && target?.task === 'regression';
  const what = others.length > 0 ? 'several targets' : `targets of shape ${formatShape(target?.shape ?? [])}`;
  throw new DataSpecError(
    `${path}.stratify`,
    isReal ? `needs classes; this data has real ${what}` : `needs one class an example; this data has ${what}`,
    'drop stratify',
  );
}

/** @param rows in use, all by default */
function divisible(facts: SourceFacts, rows: Uint32Array | undefined, type: string, path: string): Divisible {
  const {labels, splitPoints: points} = facts;
  const texts = (cells: readonly string[]): readonly string[] =>
    rows ? Array.from(rows, (row) => cells[row]!) : cells;
  return {
    numExamples: rows?.length ?? facts.numTrain,
    labels: labels && rows ? pick(labels, rows, 1) : labels,
    points: points && rows ? Float64Array.from(rows, (row) => points[row]!) : points,
    column(name, key) {
      if (facts.column) return texts(facts.column(name));
      const message = `names a column, but the source ${type} has none`;
      throw new DataSpecError(`${path}.${key}`, message, 'csv, jsonl and parquet tables have columns');
    },
    keys() {
      if (!facts.keys) {
        throw new DataSpecError(
          `${path}.by`,
          `is hash, which the source ${type} does not offer`,
          'write by: order, or drop it',
        );
      }
      return texts(facts.keys());
    },
  };
}

/** Places among some rows, as rows; undefined for all. */
function through(rows: Uint32Array | undefined, places: Uint32Array | undefined): Uint32Array | undefined {
  return rows && places ? places.map((place) => rows[place]!) : (places ?? rows);
}
