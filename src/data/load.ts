import type {Rng} from '../support/random.js';
import {sizeOf} from '../support/tensor.js';
import {firstMix} from './augment/mixer.js';
import type {AugmentRecipe, BatchRecipe, InputRecipe, TargetRecipe, TransformRecipe} from './batch-recipe.js';
import {createSplit} from './batches.js';
import {checkTargetRange} from './check-values.js';
import {type ClassWeights, weightsOfClasses} from './class-weights.js';
import {DataSpecError} from './data-error.js';
import {
  type Dataset,
  defaultNames,
  type ExampleInfo,
  type FittedValues,
  learnable,
  type TargetEncoding,
  targetNameOf,
  targetOf,
} from './dataset.js';
import {argumentsOf, augmentsOf, datasetInfo, transformPath, transformStages} from './describe.js';
import {fingerprintOf} from './fingerprint.js';
import type {DataSpec} from './section.js';
import type {EncodedExamples, Examples, SourceContext, SourceDefinition} from './sources/definition.js';
import {sources} from './sources/index.js';
import {spaced} from './split/held-out.js';
import {partsOf, sourceHints} from './split/parts.js';
import {createSplits, numWorkersFor, type PartName} from './splits.js';
import {ArrayFile} from './storage/array-file.js';
import {kindOf} from './storage/elements.js';
import {Placement} from './storage/placement.js';
import {spooled} from './storage/spooled.js';
import type {TransformDefinition} from './transforms/definition.js';
import {transforms} from './transforms/index.js';

/** What an output of the model is compared with. */
export interface OutputTarget {
  /** A target of the data; the only one by default. */
  readonly target?: string | undefined;
  /** What the loss wants. */
  readonly encoding: TargetEncoding;
  /** Smallest and largest value that the loss is for; any number by default. */
  readonly range?: readonly [number, number] | undefined;
  /** The loss's name, for messages. */
  readonly loss?: string;
  /** Weigh the training examples of the target's classes. */
  readonly classWeights?: ClassWeights | undefined;
  /** Where the class weights are written, for messages. */
  readonly classWeightsPath?: string;
}

export interface LoadContext extends SourceContext {
  /** By output of the model. */
  readonly outputs: Readonly<Record<string, OutputTarget>>;
  /** The run's stream; only `split` and `augment` of it are drawn from. */
  readonly rng: Rng;
}

/**
 * Reads a data section's examples, holds validation examples out and learns what its source and its transforms have to learn.
 * Equal spec, files and seed give equal batches.
 * @throws ExpError for missing or damaged data, DataSpecError where the section makes no sense.
 */
export async function loadData(spec: DataSpec, context: LoadContext): Promise<Dataset> {
  const {rng, outputs} = context;
  const source: SourceDefinition = sources[spec.source.type];
  const placement = new Placement(spec.storage);
  const data = await source.load(spec.source, {...context, placement, ...sourceHints(spec)});
  const parts = partsOf(spec, data, rng);
  const info = datasetInfo(spec, data, parts);
  const {kept, held} = parts;
  const encoded = placed(
    data.encode(() => kept),
    spec,
    placement,
  );
  const stored = data.info(() => kept);
  checkRanges(stored, outputs, encoded);
  const pipeline = fitTransforms(spec, stored, encoded.train, kept);
  const augments = augmentRecipes(spec, stored, encoded.train, rng.split('augment'));
  const recipe = (examples: Examples, rows: Uint32Array | undefined, isTraining: boolean): BatchRecipe => ({
    examples,
    rows,
    inputs: pipeline.inputs.map((input) => (isTraining ? {...input, augment: augments.get(input.name)} : input)),
    targets: targetRecipes(info, outputs, encoded.train, kept, isTraining ? spec.augment : undefined),
  });
  const {train, test} = encoded;
  const recipes: Partial<Record<PartName, BatchRecipe>> = {
    train: recipe(train, kept, true),
    ...(held ? {validation: recipe(train, held, false)} : {}),
    ...(parts.test ? {test: recipe(train, parts.test, false)} : {}),
    ...(test ? {test: recipe(test, spaced(test.numExamples, spec.limit?.test ?? test.numExamples), false)} : {}),
  };
  const fingerprint = fingerprintOf(encoded, stored);
  return {
    info,
    ...createSplits(recipes, numWorkersFor(spec.workers, recipes.train!)),
    fingerprint,
    fitted: {...(encoded.fitted ? {'data.source': encoded.fitted} : {}), ...pipeline.fitted},
    storage: placement.taken,
  };
}

/** Refuses values that a loss is not for: it would train on nonsense. @throws ExpError */
function checkRanges(
  {inputs, targets}: ExampleInfo,
  outputs: LoadContext['outputs'],
  {train, test}: Pick<EncodedExamples, 'train' | 'test'>,
): void {
  for (const {target: wanted, range, loss = 'used here'} of Object.values(outputs)) {
    const name = targetNameOf(learnable({inputs, targets}), wanted);
    if (range === undefined || targets[name]?.task !== 'regression') continue;
    const {shape} = targets[name];
    const limits = {range, loss, size: sizeOf(shape)};
    const where = name === defaultNames.target ? 'the targets' : `the target "${name}"`;
    checkTargetRange(train.targets[name]!, {...limits, where});
    if (test) checkTargetRange(test.targets[name]!, {...limits, where: `${where} of the test set`});
  }
}

/** Examples of sources that only know memory go to disk afterwards. */
function placed(encoded: EncodedExamples, {storage, source}: DataSpec, placement: Placement): EncodedExamples {
  if (storage !== 'disk') return encoded;
  placement.choose(0);
  const {train, test} = encoded;
  const what = `the data of ${source.type}`;
  return {...encoded, train: spooled(what, train), ...(test ? {test: spooled(what, test)} : {})};
}

/**
 * How each output's targets lie in a batch. Class weights count in training only.
 * @param augment of the training examples; undefined for other parts
 * @throws DataSpecError
 */
function targetRecipes(
  described: ExampleInfo,
  outputs: LoadContext['outputs'],
  examples: Examples,
  trained: Uint32Array | undefined,
  augment: DataSpec['augment'] | undefined,
): readonly TargetRecipe[] {
  const {targets, isWeighted = false} = described;
  const mixes = augment?.[firstMix(augment)]?.type;
  return Object.entries(outputs).map(([output, {target: wanted, encoding, classWeights, classWeightsPath}]) => {
    const target = targetNameOf(learnable(described), wanted);
    const info = targetOf(learnable(described), target);
    if (info.task === 'regression' && encoding !== 'values') {
      throw new DataSpecError(
        'data.source',
        'has real targets; the loss wants class numbers',
        'use a regression loss such as meanSquaredError, or a source of classes (csv and idx take task: classification)',
      );
    }
    const {numClasses} = info;
    if (mixes !== undefined && encoding !== 'oneHot') {
      throw new DataSpecError('data.augment', `(${mixes}) mixes one-hot classes; the loss of ${output} takes others`);
    }
    const size = sizeOf(info.shape) * (encoding === 'oneHot' ? numClasses! : 1);
    const weighted = isWeighted || classWeights !== undefined;
    const plan = {output, target, isInput: !(target in targets), encoding, size, numClasses, isWeighted: weighted};
    if (augment === undefined || classWeights === undefined) return plan;
    const path = classWeightsPath ?? 'training.classWeights';
    return {...plan, classWeights: weightsOfClasses(classWeights, info, path, examples.targets[target]!, trained)};
  });
}

function augmentRecipes(
  spec: DataSpec,
  {inputs}: ExampleInfo,
  train: Examples,
  rng: Rng,
): ReadonlyMap<string, AugmentRecipe | undefined> {
  const names = Object.keys(inputs);
  return new Map(
    names.map((name) => {
      const specs = augmentsOf(spec, inputs, name).map(({augment}) => augment);
      const stored = train.inputs[name]!;
      const isBytes = (stored instanceof ArrayFile ? stored.kind : kindOf(stored)) === 'uint8';
      const {key} = names.length === 1 ? rng : rng.split(name);
      return [name, specs.length > 0 ? {specs, shape: inputs[name]!.shape, isBytes, rngKey: key} : undefined];
    }),
  );
}

/** Fits the transforms in order; each learns from the training examples as those before it leave them. */
function fitTransforms(
  spec: DataSpec,
  {inputs}: ExampleInfo,
  train: Examples,
  rows: Uint32Array | undefined,
): {readonly inputs: readonly InputRecipe[]; readonly fitted: Readonly<Record<string, FittedValues>>} {
  const stages = transformStages(spec, inputs);
  const fitted: Record<string, FittedValues> = {};
  const recipes = new Map<string, TransformRecipe[]>(Object.keys(inputs).map((name) => [name, []]));
  const planOf = (name: string): InputRecipe => ({
    name,
    size: sizeOf(inputs[name]!.shape),
    transforms: [...recipes.get(name)!],
  });
  function* examplesSoFar(name: string): Generator<Float32Array> {
    const split = createSplit({examples: train, rows, inputs: [planOf(name)], targets: []});
    for (const batch of split.batches(256)) yield batch.inputs[name]!;
  }
  spec.transforms.forEach((transform, index) => {
    const {input, before} = stages[index]!;
    const definition: TransformDefinition = transforms[transform.type];
    const learnt = definition.fit?.(argumentsOf(transform), before, () => examplesSoFar(input));
    if (learnt) fitted[transformPath(index)] = learnt;
    recipes.get(input)!.push({spec: argumentsOf(transform), shape: before, fitted: learnt});
  });
  return {inputs: Object.keys(inputs).map(planOf), fitted};
}
