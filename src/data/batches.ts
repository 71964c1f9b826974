import type {Augmenter} from './augment/augmenter.js';
import type {Arrays, Batch, Split, TargetEncoding} from './dataset.js';
import type {Examples, Values} from './sources/definition.js';
import type {TransformFunction} from './transforms/definition.js';

/** How an input of the data comes into a batch. */
export interface InputPlan {
  readonly name: string;
  /** Values of one example, the same before and after the transforms. */
  readonly size: number;
  /** Applied before the transforms where the batches are those of a training epoch. */
  readonly augment?: Augmenter | undefined;
  readonly transforms: readonly TransformFunction[];
}

/** How what an output of the model is compared with comes into a batch. */
export interface TargetPlan {
  /** Of the model. */
  readonly output: string;
  /** Of the data. */
  readonly target: string;
  readonly encoding: TargetEncoding;
  /** Floats per example. */
  readonly size: number;
  /** Needed for oneHot: floats per class number. */
  readonly numClasses?: number | undefined;
  /** What the loss of an example of each class is multiplied by. */
  readonly classWeights?: readonly number[] | undefined;
  /** Whether batches hold weights for this output. */
  readonly isWeighted: boolean;
}

/** Some examples of a source and how to make batches of them. */
export interface BatchPlan {
  readonly examples: Examples;
  /** Which examples, in stored order; all by default. */
  readonly rows?: Uint32Array | undefined;
  readonly inputs: readonly InputPlan[];
  readonly targets: readonly TargetPlan[];
}

/** A part of a data set that makes its batches straight from the stored numbers, without an object per example. */
export function createSplit(plan: BatchPlan): Split {
  const numExamples = plan.rows?.length ?? plan.examples.numExamples;
  return {numExamples, batches: (batchSize, order, epoch) => assemble(plan, numExamples, batchSize, order, epoch)};
}

function* assemble(
  plan: BatchPlan,
  numExamples: number,
  batchSize: number,
  order: Uint32Array | undefined,
  epoch: number | undefined,
): Generator<Batch> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batch size ${batchSize}`);
  const {examples, rows} = plan;
  const numOrdered = order?.length ?? numExamples;
  const capacity = Math.min(batchSize, numOrdered);
  const picked = new Uint32Array(capacity);
  const inputs = plan.inputs.map((input) => ({...input, buffer: new Float32Array(capacity * input.size)}));
  const targets = plan.targets.map((target) => ({
    ...target,
    buffer: new Float32Array(capacity * target.size),
    weights: new Float32Array(target.isWeighted ? capacity : 0),
  }));
  for (let start = 0; start < numOrdered; start += batchSize) {
    const size = Math.min(batchSize, numOrdered - start);
    for (let i = 0; i < size; i++) {
      const number = order === undefined ? start + i : order[start + i]!;
      if (number >= numExamples) throw new RangeError(`example ${number} of ${numExamples}`);
      picked[i] = rows === undefined ? number : rows[number]!;
    }
    const chosen = picked.subarray(0, size);
    const batch = {
      inputs: {} as Record<string, Float32Array>,
      targets: {} as Record<string, Float32Array>,
      weights: {} as Record<string, Float32Array>,
    };
    for (const {buffer, ...input} of inputs) {
      const values = buffer.subarray(0, size * input.size);
      writeInputs(values, examples.inputs[input.name]!, chosen, input, epoch);
      batch.inputs[input.name] = values;
    }
    for (const {buffer, weights, ...target} of targets) {
      const values = buffer.subarray(0, size * target.size);
      const stored = examples.targets[target.target]!;
      writeTargets(values, stored, chosen, target);
      batch.targets[target.output] = values;
      if (!target.isWeighted) continue;
      const factors = weights.subarray(0, size);
      writeWeights(factors, examples, stored, chosen, target);
      batch.weights[target.output] = factors;
    }
    yield {size, ...(batch satisfies Record<string, Arrays>)};
  }
}

function writeInputs(
  into: Float32Array,
  from: Values,
  rows: Uint32Array,
  {size, augment, transforms}: InputPlan,
  epoch: number | undefined,
): void {
  copyRows(into, from, rows, size);
  if (augment && epoch !== undefined) {
    for (let i = 0; i < rows.length; i++) augment(into.subarray(i * size, (i + 1) * size), epoch, rows[i]!);
  }
  for (const transform of transforms) transform(into);
}

function copyRows(into: Float32Array, from: Values, rows: Uint32Array, size: number): void {
  for (let i = 0, at = 0; i < rows.length; i++) {
    const start = rows[i]! * size;
    for (let j = 0; j < size; j++, at++) into[at] = from[start + j]!;
  }
}

function writeTargets(
  into: Float32Array,
  from: Values,
  rows: Uint32Array,
  {encoding, size, numClasses = 1}: TargetPlan,
): void {
  if (encoding !== 'oneHot') {
    copyRows(into, from, rows, size);
    return;
  }
  into.fill(0);
  const perExample = size / numClasses;
  for (let i = 0, at = 0; i < rows.length; i++) {
    const start = rows[i]! * perExample;
    for (let j = 0; j < perExample; j++, at += numClasses) into[at + from[start + j]!] = 1;
  }
}

/** An example's own weight times that of its class. */
function writeWeights(
  into: Float32Array,
  {weights}: Examples,
  targets: Values,
  rows: Uint32Array,
  {classWeights}: TargetPlan,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    into[i] = (weights?.[row] ?? 1) * (classWeights?.[targets[row]!] ?? 1);
  }
}
