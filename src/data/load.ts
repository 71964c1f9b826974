import type {Rng} from '../support/random.js';
import {sizeOf} from '../support/tensor.js';
import {type Augmenter, createAugmenter} from './augment/augmenter.js';
import {createSplit, type TargetLayout} from './batches.js';
import {DataSpecError} from './data-error.js';
import type {Dataset, DatasetInfo, FittedValues, Split, TargetEncoding} from './dataset.js';
import {datasetInfo, holdOutByPoints, transformPath, transformShapes} from './describe.js';
import {fingerprintOf} from './fingerprint.js';
import type {DataSpec} from './section.js';
import type {Examples, SourceContext, SourceData, SourceDefinition} from './sources/definition.js';
import {sources} from './sources/index.js';
import {type HeldOut, holdOut, pick, spaced} from './split.js';
import type {TransformDefinition, TransformFunction} from './transforms/definition.js';
import {transforms} from './transforms/index.js';

export interface LoadContext extends SourceContext {
  /** What the loss wants. */
  readonly encoding: TargetEncoding;
  /** The run's stream; only `split` and `augment` of it are drawn from. */
  readonly rng: Rng;
}

/**
 * Reads a data section's examples, holds validation examples out and learns what its transforms have to learn.
 * Equal spec, files and seed give equal batches.
 * @throws ExpError for missing or damaged data, DataSpecError where the section makes no sense.
 */
export async function loadData(spec: DataSpec, context: LoadContext): Promise<Dataset> {
  const source: SourceDefinition = sources[spec.source.type];
  const data = await source.load(spec.source, context);
  const info = datasetInfo(spec, data.info);
  const targets = targetLayout(info, context.encoding);
  const {kept, held} = trainingRows(spec, data, context.rng);
  const pipeline = fitTransforms(spec, data, kept);
  const inputSize = sizeOf(info.inputShape);
  const split = (examples: Examples, rows: Uint32Array | undefined, augment?: Augmenter): Split =>
    createSplit({examples, rows, inputSize, augment, transforms: pipeline.functions, targets});
  const {train, test} = data;
  const isBytes = train.inputs instanceof Uint8Array;
  const augment = createAugmenter(spec.augment, data.info.inputShape, isBytes, context.rng.split('augment'));
  return {
    info,
    train: split(train, kept, augment),
    ...(held ? {validation: split(train, held)} : {}),
    ...(test ? {test: split(test, spaced(test.numExamples, spec.limit?.test ?? test.numExamples))} : {}),
    fingerprint: fingerprintOf(data),
    fitted: {...(data.fitted ? {'data.source': data.fitted} : {}), ...pipeline.fitted},
  };
}

function targetLayout({task, numClasses, targetShape}: DatasetInfo, encoding: TargetEncoding): TargetLayout {
  if (encoding === 'values') return {encoding, size: sizeOf(targetShape)};
  if (task === 'regression') {
    throw new DataSpecError(
      'data.source',
      'has real targets; the loss wants class numbers',
      'use a regression loss such as meanSquaredError, or a source of classes (csv and idx take task: classification)',
    );
  }
  return {encoding, size: encoding === 'oneHot' ? numClasses! : 1};
}

/** Rows to train on and rows to validate on; undefined rows mean all of them. */
function trainingRows(
  {limit, validation}: DataSpec,
  {train, info}: SourceData,
  rng: Rng,
): {readonly kept: Uint32Array | undefined; readonly held?: Uint32Array} {
  const used = spaced(train.numExamples, limit?.train ?? train.numExamples);
  if (!validation) return {kept: used};
  const labels = validation.stratify ? (used ? pick(train.targets, used, 1) : train.targets) : undefined;
  const parts = info.splitPoints
    ? holdOutByPoints(info.splitPoints, used, validation.fraction)
    : holdOut(used?.length ?? train.numExamples, validation.fraction, rng.split('split'), labels);
  return used ? {kept: through(used, parts.kept), held: through(used, parts.held)} : parts;
}

const through = (rows: Uint32Array, chosen: HeldOut['kept']): Uint32Array => chosen.map((index) => rows[index]!);

/** Fits and compiles the transforms in order; each learns from the training examples as those before it leave them. */
function fitTransforms(
  spec: DataSpec,
  {info, train}: SourceData,
  rows: Uint32Array | undefined,
): {readonly functions: readonly TransformFunction[]; readonly fitted: Readonly<Record<string, FittedValues>>} {
  const shapes = transformShapes(spec, info.inputShape);
  const functions: TransformFunction[] = [];
  const fitted: Record<string, FittedValues> = {};
  const inputSize = sizeOf(info.inputShape);
  function* examplesSoFar(): Generator<Float32Array> {
    const targets: TargetLayout = {encoding: 'values', size: 0};
    const split = createSplit({examples: train, rows, inputSize, transforms: functions, targets});
    for (const {inputs} of split.batches(256)) yield inputs;
  }
  spec.transforms.forEach((transform, index) => {
    const definition: TransformDefinition = transforms[transform.type];
    const learnt = definition.fit?.(transform, shapes[index]!, examplesSoFar);
    if (learnt) fitted[transformPath(index)] = learnt;
    const compiled = definition.compile(transform, shapes[index]!, learnt);
    if (compiled) functions.push(compiled);
  });
  return {functions, fitted};
}
