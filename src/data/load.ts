import type {Rng} from '../support/random.js';
import {sizeOf} from '../support/tensor.js';
import {type Augmenter, createAugmenter} from './augment/augmenter.js';
import {createSplit, type InputPlan, type TargetPlan} from './batches.js';
import {type ClassWeights, weightsOfClasses} from './class-weights.js';
import {DataSpecError} from './data-error.js';
import {
  type Dataset,
  type ExampleInfo,
  type FittedValues,
  type Split,
  type TargetEncoding,
  targetOf,
} from './dataset.js';
import {argumentsOf, augmentsOf, datasetInfo, transformPath, transformStages} from './describe.js';
import {fingerprintOf} from './fingerprint.js';
import {partsOf} from './parts.js';
import type {DataSpec} from './section.js';
import type {Examples, SourceContext, SourceDefinition} from './sources/definition.js';
import {sources} from './sources/index.js';
import {spaced} from './split.js';
import type {TransformDefinition, TransformFunction} from './transforms/definition.js';
import {transforms} from './transforms/index.js';

/** What an output of the model is compared with. */
export interface OutputTarget {
  /** A target of the data; the only one by default. */
  readonly target?: string | undefined;
  /** What the loss wants. */
  readonly encoding: TargetEncoding;
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
  const data = await source.load(spec.source, context);
  const parts = partsOnce(() => partsOf(spec, data, rng));
  const info = datasetInfo(spec, data, () => parts().kept);
  const {kept, held} = parts();
  const encoded = data.encode(() => kept);
  const stored = data.info(() => kept);
  const pipeline = fitTransforms(spec, stored, encoded.train, kept);
  const augmenters = augmentersOf(spec, stored, encoded.train, rng.split('augment'));
  const split = (examples: Examples, rows: Uint32Array | undefined, isTraining: boolean): Split =>
    createSplit({
      examples,
      rows,
      inputs: pipeline.inputs.map((input) => (isTraining ? {...input, augment: augmenters.get(input.name)} : input)),
      targets: targetPlans(info, outputs, encoded.train, kept, isTraining),
    });
  const {train, test} = encoded;
  return {
    info,
    train: split(train, kept, true),
    ...(held ? {validation: split(train, held, false)} : {}),
    ...(test ? {test: split(test, spaced(test.numExamples, spec.limit?.test ?? test.numExamples), false)} : {}),
    fingerprint: fingerprintOf(encoded, stored),
    fitted: {...(encoded.fitted ? {'data.source': encoded.fitted} : {}), ...pipeline.fitted},
  };
}

function partsOnce<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}

/** How each output's targets lie in a batch. Class weights count in training only. @throws DataSpecError */
function targetPlans(
  {targets, isWeighted = false}: ExampleInfo,
  outputs: LoadContext['outputs'],
  examples: Examples,
  trained: Uint32Array | undefined,
  isTraining: boolean,
): readonly TargetPlan[] {
  return Object.entries(outputs).map(([output, {target: wanted, encoding, classWeights, classWeightsPath}]) => {
    const target = wanted ?? Object.keys(targets)[0]!;
    const info = targetOf(targets, target);
    if (info.task === 'regression' && encoding !== 'values') {
      throw new DataSpecError(
        'data.source',
        'has real targets; the loss wants class numbers',
        'use a regression loss such as meanSquaredError, or a source of classes (csv and idx take task: classification)',
      );
    }
    const {numClasses} = info;
    const size = sizeOf(info.shape) * (encoding === 'oneHot' ? numClasses! : 1);
    const plan = {output, target, encoding, size, numClasses, isWeighted: isWeighted || classWeights !== undefined};
    if (!isTraining || classWeights === undefined) return plan;
    const path = classWeightsPath ?? 'training.classWeights';
    return {...plan, classWeights: weightsOfClasses(classWeights, info, path, examples.targets[target]!, trained)};
  });
}

function augmentersOf(
  spec: DataSpec,
  {inputs}: ExampleInfo,
  train: Examples,
  rng: Rng,
): ReadonlyMap<string, Augmenter | undefined> {
  const names = Object.keys(inputs);
  return new Map(
    names.map((name) => {
      const augments = augmentsOf(spec, inputs, name).map(({augment}) => augment);
      const isBytes = train.inputs[name] instanceof Uint8Array;
      const stream = names.length === 1 ? rng : rng.split(name);
      return [name, createAugmenter(augments, inputs[name]!.shape, isBytes, stream)];
    }),
  );
}

/** Fits and compiles the transforms in order; each learns from the training examples as those before it leave them. */
function fitTransforms(
  spec: DataSpec,
  {inputs}: ExampleInfo,
  train: Examples,
  rows: Uint32Array | undefined,
): {readonly inputs: readonly InputPlan[]; readonly fitted: Readonly<Record<string, FittedValues>>} {
  const stages = transformStages(spec, inputs);
  const fitted: Record<string, FittedValues> = {};
  const functions = new Map<string, TransformFunction[]>(Object.keys(inputs).map((name) => [name, []]));
  const planOf = (name: string): InputPlan => ({
    name,
    size: sizeOf(inputs[name]!.shape),
    transforms: functions.get(name)!,
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
    const compiled = definition.compile(argumentsOf(transform), before, learnt);
    if (compiled) functions.get(input)!.push(compiled);
  });
  return {inputs: Object.keys(inputs).map(planOf), fitted};
}
