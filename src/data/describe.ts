import type {Rng} from '../support/random.js';
import type {Shape} from '../support/tensor.js';
import {checkAugment} from './augment/augmenter.js';
import {checkMixing} from './augment/mixer.js';
import {DataSpecError} from './data-error.js';
import type {DatasetInfo, ExampleInfo, InputInfo} from './dataset.js';
import type {DataSpec} from './section.js';
import type {SourceContext, SourceDefinition, SourceFacts} from './sources/definition.js';
import {sources} from './sources/index.js';
import {checkFolds, needsContent, type Parts, partsOf, sourceHints} from './split/parts.js';
import {Placement} from './storage/placement.js';
import type {TransformDefinition} from './transforms/definition.js';
import {type TransformSpec, transforms} from './transforms/index.js';

/** What describing a data section takes. */
export interface DescribeContext extends SourceContext {
  /** The run's stream; only `split` of it is drawn from. */
  readonly rng: Rng;
}

/**
 * What a data section will give: shapes, classes, sizes. Cheap: reads headers only where the format has them.
 * @throws ExpError for missing or damaged files, DataSpecError where the section makes no sense.
 */
export async function describeData(spec: DataSpec, context: DescribeContext): Promise<DatasetInfo> {
  const source: SourceDefinition = sources[spec.source.type];
  const where = {...context, ...sourceHints(spec)};
  const facts = await source.describe(spec.source, {...where, placement: new Placement(spec.storage)});
  const known = needsContent(spec) && !facts.keys ? await source.load(spec.source, where) : facts;
  checkFolds(spec, known, context.rng);
  return datasetInfo(spec, known, partsOf(spec, known, context.rng));
}

/** What is left of a source after limits, parts and the transforms' shapes. */
export function datasetInfo(spec: DataSpec, facts: SourceFacts, {kept, held, test}: Parts): DatasetInfo {
  const source = facts.info(() => kept);
  return {
    ...source,
    inputs: transformedInputs(spec, source),
    numTrain: kept?.length ?? facts.numTrain,
    numValidation: held?.length ?? 0,
    numTest: test?.length ?? Math.min(facts.numTest, spec.limit?.test ?? Number.POSITIVE_INFINITY),
  };
}

/** The inputs after augmentation and transforms. @throws DataSpecError where one does not fit */
function transformedInputs(spec: DataSpec, {inputs}: ExampleInfo): Readonly<Record<string, InputInfo>> {
  for (const [name, {shape}] of Object.entries(inputs)) checkAugment(augmentsOf(spec, inputs, name), shape);
  checkMixing(spec.augment, inputs);
  const stages = transformStages(spec, inputs);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, {shape, numValues}]) => {
      const own = stages.filter(({input}) => input === name);
      const areSame = spec.transforms.every(({type}, index) => stages[index]!.input !== name || type === 'reshape');
      const after: InputInfo = {shape: own.at(-1)?.after ?? shape};
      return [name, numValues !== undefined && areSame ? {...after, numValues} : after];
    }),
  );
}

/** What a transform of the spec works on: an input, and its example shapes before and after. */
export interface TransformStage {
  readonly input: string;
  readonly before: Shape;
  readonly after: Shape;
}

/** By position in `data.transforms`. @throws DataSpecError */
export function transformStages(spec: DataSpec, inputs: ExampleInfo['inputs']): readonly TransformStage[] {
  const shapes = new Map(Object.entries(inputs).map(([name, {shape}]) => [name, shape]));
  return spec.transforms.map((transform, index) => {
    const definition: TransformDefinition = transforms[transform.type];
    const path = transformPath(index);
    const input = inputOf(transform.input, inputs, path);
    const before = shapes.get(input)!;
    const after = definition.outputShape(argumentsOf(transform), before, path);
    shapes.set(input, after);
    return {input, before, after};
  });
}

/** A transform as its definition takes it. */
export const argumentsOf = (transform: DataSpec['transforms'][number]): TransformSpec => transform;

/** The augmentations that work on an input, with their places in the spec. @throws DataSpecError */
export const augmentsOf = (spec: DataSpec, inputs: ExampleInfo['inputs'], name: string) =>
  spec.augment
    .map((augment, index) => ({augment, path: `data.augment[${index}]`}))
    .filter(({augment, path}) => inputOf(augment.input, inputs, path) === name);

/** The input that a transform or augmentation names, or the only one. */
function inputOf(wanted: string | undefined, inputs: ExampleInfo['inputs'], path: string): string {
  const names = Object.keys(inputs);
  if (wanted === undefined) {
    if (names.length === 1) return names[0]!;
    throw new DataSpecError(
      path,
      'does not say which input it changes',
      `add \`input:\` and one of ${names.join(', ')}`,
    );
  }
  if (names.includes(wanted)) return wanted;
  throw new DataSpecError(`${path}.input`, `is \`${wanted}\`; inputs of the data: ${names.join(', ')}`);
}

/** A transform's place in the spec. */
export const transformPath = (index: number): string => `data.transforms[${index}]`;
