import type {Augmenter} from './augment/augmenter.js';
import type {Mixer} from './augment/mixer.js';
import {augmenterOf, type BatchRecipe, mixerOf, type TargetRecipe, transformOf} from './batch-recipe.js';
import type {Batch} from './dataset.js';
import type {Values} from './sources/definition.js';
import {ArrayFile} from './storage/array-file.js';
import type {TransformFunction} from './transforms/definition.js';

interface CompiledInput {
  readonly name: string;
  readonly size: number;
  readonly augment: Augmenter | undefined;
  readonly mix: Mixer | undefined;
  readonly transforms: readonly TransformFunction[];
}

/** Which batches to make of a part. */
export interface BatchRequest {
  /** At least 1. */
  readonly batchSize: number;
  /** Example numbers; stored order by default. */
  readonly order?: Uint32Array | undefined;
  /** Set for batches of that training epoch: augmented. */
  readonly epoch?: number | undefined;
}

/** Makes batches straight from the stored numbers, without an object per example, into memory that it is given. */
export class BatchAssembler {
  readonly numExamples: number;
  readonly #recipe: BatchRecipe;
  readonly #inputs: readonly CompiledInput[];
  #picked = new Uint32Array(0);

  constructor(recipe: BatchRecipe) {
    this.#recipe = recipe;
    this.numExamples = recipe.rows?.length ?? recipe.examples.numExamples;
    this.#inputs = recipe.inputs.map(({name, size, augment, transforms}) => ({
      name,
      size,
      augment: augment && augmenterOf(augment),
      mix: augment && mixerOf(augment),
      transforms: transforms.map(transformOf).filter((transform) => transform !== undefined),
    }));
  }

  /** Fills a batch with the examples of a request from `start` on. */
  fill(batch: Batch, start: number, {order, epoch}: BatchRequest): void {
    const {examples, targets} = this.#recipe;
    const rows = this.#pick(start, batch.size, order);
    for (const {name, size, augment} of this.#inputs) {
      const into = batch.inputs[name]!;
      copyRows(into, examples.inputs[name]!, rows, size);
      if (augment && epoch !== undefined) {
        for (let i = 0; i < rows.length; i++) augment(into.subarray(i * size, (i + 1) * size), epoch, rows[i]!);
      }
    }
    for (const target of targets) {
      const stored = examples.targets[target.target];
      if (stored) writeTargets(batch.targets[target.output]!, stored, rows, target);
      if (target.isWeighted) writeWeights(batch.weights[target.output]!, examples.weights, stored, rows, target);
    }
    for (const {name, mix, transforms} of this.#inputs) {
      const into = batch.inputs[name]!;
      if (mix && epoch !== undefined) {
        mix(into, [...Object.values(batch.targets), ...Object.values(batch.weights)], epoch, rows);
      }
      for (const transform of transforms) transform(into);
    }
    for (const {isInput, output, target} of targets) {
      if (isInput) batch.targets[output]!.set(batch.inputs[target]!);
    }
  }

  /** Rows of the source from places in the order. */
  #pick(start: number, size: number, order: Uint32Array | undefined): Uint32Array {
    const {rows} = this.#recipe;
    if (this.#picked.length < size) this.#picked = new Uint32Array(size);
    const picked = this.#picked;
    for (let i = 0; i < size; i++) {
      const number = order === undefined ? start + i : order[start + i]!;
      if (number >= this.numExamples) throw new RangeError(`example ${number} of ${this.numExamples}`);
      picked[i] = rows === undefined ? number : rows[number]!;
    }
    return picked.subarray(0, size);
  }
}

/** Floats that an example takes in a batch. */
export const floatsPerExample = ({inputs, targets}: BatchRecipe): number =>
  inputs.reduce((sum, {size}) => sum + size, 0) +
  targets.reduce((sum, {size, isWeighted}) => sum + size + (isWeighted ? 1 : 0), 0);

/**
 * A batch whose arrays lie one after another in a buffer.
 * @param buffer of capacity × floatsPerExample @param capacity examples there is room for @param size examples there are
 */
export function batchIn(buffer: Float32Array, {inputs, targets}: BatchRecipe, capacity: number, size: number): Batch {
  let at = 0;
  const take = (perExample: number): Float32Array => {
    const values = buffer.subarray(at, at + size * perExample);
    at += capacity * perExample;
    return values;
  };
  const batch = {
    size,
    inputs: {} as Record<string, Float32Array>,
    targets: {} as Record<string, Float32Array>,
    weights: {} as Record<string, Float32Array>,
  };
  for (const input of inputs) batch.inputs[input.name] = take(input.size);
  for (const target of targets) {
    batch.targets[target.output] = take(target.size);
    if (target.isWeighted) batch.weights[target.output] = take(1);
  }
  return batch;
}

function copyRows(into: Float32Array, from: Values | ArrayFile, rows: Uint32Array, size: number): void {
  if (from instanceof ArrayFile) {
    from.readRows(rows, into);
    return;
  }
  for (let i = 0, at = 0; i < rows.length; i++) {
    const start = rows[i]! * size;
    for (let j = 0; j < size; j++, at++) into[at] = from[start + j]!;
  }
}

function writeTargets(
  into: Float32Array,
  from: Values,
  rows: Uint32Array,
  {encoding, size, numClasses = 1}: TargetRecipe,
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
  weights: Float32Array | undefined,
  targets: Values | undefined,
  rows: Uint32Array,
  {classWeights}: TargetRecipe,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    into[i] = (weights?.[row] ?? 1) * (targets && classWeights ? (classWeights[targets[row]!] ?? 1) : 1);
  }
}
