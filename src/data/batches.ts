import type {Augmenter} from './augment/augmenter.js';
import type {Batch, Split, TargetEncoding} from './dataset.js';
import type {Examples, Values} from './sources/definition.js';
import type {TransformFunction} from './transforms/definition.js';

/** Some examples of a source and how to make batches of them. */
export interface BatchPlan {
  readonly examples: Examples;
  /** Which examples, in stored order; all by default. */
  readonly rows?: Uint32Array | undefined;
  /** Values of one input, the same before and after the transforms. */
  readonly inputSize: number;
  /** Applied before the transforms where the batches are those of a training epoch. */
  readonly augment?: Augmenter | undefined;
  readonly transforms: readonly TransformFunction[];
  readonly targets: TargetLayout;
}

/** How targets lie in a batch. */
export interface TargetLayout {
  readonly encoding: TargetEncoding;
  /** Floats per example: 1 for a class number, the number of classes for oneHot, the values themselves otherwise. */
  readonly size: number;
}

/** A part of a data set that makes its batches straight from the stored numbers, without an object per example. */
export function createSplit(plan: BatchPlan): Split {
  const numExamples = plan.rows?.length ?? plan.examples.numExamples;
  return {numExamples, batches: (batchSize, order, epoch) => assemble(plan, numExamples, batchSize, order, epoch)};
}

function* assemble(
  {examples, rows, inputSize, augment, transforms, targets}: BatchPlan,
  numExamples: number,
  batchSize: number,
  order: Uint32Array | undefined,
  epoch: number | undefined,
): Generator<Batch> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batch size ${batchSize}`);
  const numOrdered = order?.length ?? numExamples;
  const capacity = Math.min(batchSize, numOrdered);
  const picked = new Uint32Array(capacity);
  const inputBuffer = new Float32Array(capacity * inputSize);
  const targetBuffer = new Float32Array(capacity * targets.size);
  for (let start = 0; start < numOrdered; start += batchSize) {
    const size = Math.min(batchSize, numOrdered - start);
    for (let i = 0; i < size; i++) {
      const number = order === undefined ? start + i : order[start + i]!;
      if (number >= numExamples) throw new RangeError(`example ${number} of ${numExamples}`);
      picked[i] = rows === undefined ? number : rows[number]!;
    }
    const chosen = picked.subarray(0, size);
    const inputs = inputBuffer.subarray(0, size * inputSize);
    const batchTargets = targetBuffer.subarray(0, size * targets.size);
    copyRows(inputs, examples.inputs, chosen, inputSize);
    if (augment && epoch !== undefined) {
      for (let i = 0; i < size; i++) augment(inputs.subarray(i * inputSize, (i + 1) * inputSize), epoch, chosen[i]!);
    }
    for (const transform of transforms) transform(inputs);
    writeTargets(batchTargets, examples.targets, chosen, targets);
    yield {size, inputs, targets: batchTargets};
  }
}

function copyRows(into: Float32Array, from: Values, rows: Uint32Array, size: number): void {
  for (let i = 0, at = 0; i < rows.length; i++) {
    const start = rows[i]! * size;
    for (let j = 0; j < size; j++, at++) into[at] = from[start + j]!;
  }
}

function writeTargets(into: Float32Array, from: Values, rows: Uint32Array, {encoding, size}: TargetLayout): void {
  if (encoding !== 'oneHot') {
    copyRows(into, from, rows, size);
    return;
  }
  into.fill(0);
  for (let i = 0; i < rows.length; i++) into[i * size + from[rows[i]!]!] = 1;
}
