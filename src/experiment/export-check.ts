import * as tf from '@tensorflow/tfjs-core';
import type {BuiltModel} from '../model/built-model.js';
import {forward} from '../model/forward.js';
import {ExpError} from '../support/errors.js';
import {type Shape, sizeOf} from '../support/tensor.js';
import type {RealExamples} from './export-examples.js';
import type {ExportedOutput} from './export-subject.js';

/** Computes what an exported file makes of examples: [size, ...shape] by output. */
export type ExportedPredict = (
  inputs: Readonly<Record<string, {readonly values: Float32Array; readonly shape: Shape}>>,
  size: number,
) => Promise<Readonly<Record<string, Float32Array>>>;

/** How near an exported file comes to the model. */
export interface ExportCheck {
  /** Largest difference, of the output where it is largest in units of `maxOutput`. */
  readonly maxDeviation: number;
  /** Largest number that the model gives there; the tolerance is in units of it. */
  readonly maxOutput: number;
  readonly numExamples: number;
  /** How many examples at a time. */
  readonly batchSizes: readonly number[];
  readonly from: string;
}

/** Float32 arithmetic in another order stays well below; another network does not. */
const tolerance = 1e-4;

/**
 * Compares an exported file with the model, which TensorFlow.js itself computes layer by layer: first one example, then the others at
 * once, or all of them in batches of the only size that the file takes.
 * @param applied activations that the file has behind the model's outputs
 * @throws ExpError EXPORT_FAILED where they differ by more than the tolerance, or a value is not finite in one of them only
 */
export async function checkExport(
  {model, outputs}: {readonly model: BuiltModel; readonly outputs: readonly ExportedOutput[]},
  predict: ExportedPredict,
  examples: RealExamples,
  options: {
    readonly batchSize?: number | undefined;
    readonly applied?: Readonly<Record<string, 'softmax' | 'sigmoid' | undefined>>;
  } = {},
): Promise<ExportCheck> {
  const {applied = {}} = options;
  const batchSizes = batchSizesOf(examples.size, options.batchSize);
  const found = new Map<string, Agreement>(outputs.map(({name}) => [name, {maxDeviation: 0, maxOutput: 0}]));
  let numChecked = 0;
  for (const size of batchSizes) {
    const start = numChecked;
    const inputs = Object.entries(model.inputShapes).map(([name, shape]) => {
      const values = new Float32Array(size * sizeOf(shape));
      // A file for a larger batch than there are examples gets the first ones again.
      for (let i = 0; i < size; i++) {
        const from = ((start + i) % examples.size) * sizeOf(shape);
        values.set(examples.inputs[name]!.subarray(from, from + sizeOf(shape)), i * sizeOf(shape));
      }
      return [name, {values, shape: [size, ...shape]}] as const;
    });
    const expected = reference(model, inputs, outputs, applied);
    const results = await predict(Object.fromEntries(inputs), size);
    for (const {name} of outputs)
      found.set(name, worse(found.get(name)!, compare(expected[name]!, results[name], name)));
    numChecked += size;
  }
  const worst = [...found.values()].reduce((one, other) => (shareOf(other) > shareOf(one) ? other : one));
  if (shareOf(worst) > tolerance) {
    const {maxDeviation, maxOutput} = worst;
    throw new ExpError(
      'EXPORT_FAILED',
      `the exported file does not compute what the model does: outputs differ by up to ${maxDeviation} where they go up to ${maxOutput}`,
      'nothing was written; please report it with the spec of the run',
    );
  }
  return {...worst, numExamples: Math.min(numChecked, examples.size), batchSizes, from: examples.from};
}

function batchSizesOf(numExamples: number, batchSize: number | undefined): readonly number[] {
  if (batchSize === undefined) return numExamples === 1 ? [1, 2] : [1, numExamples - 1];
  return Array.from({length: Math.ceil(numExamples / batchSize)}, () => batchSize);
}

function reference(
  {network}: BuiltModel,
  inputs: readonly (readonly [string, {readonly values: Float32Array; readonly shape: Shape}])[],
  outputs: readonly ExportedOutput[],
  applied: Readonly<Record<string, 'softmax' | 'sigmoid' | undefined>>,
): Readonly<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {};
  tf.tidy(() => {
    const tensors = inputs.map(([, {values, shape}]) => tf.tensor(values, [...shape], 'float32'));
    for (const [index, output] of forward(network, tensors, {training: false}).entries()) {
      const {name} = outputs[index]!;
      const ending = applied[name];
      const last = ending === 'softmax' ? tf.softmax(output) : ending === 'sigmoid' ? tf.sigmoid(output) : output;
      values[name] = Float32Array.from(last.dataSync());
    }
  });
  return values;
}

type Agreement = Pick<ExportCheck, 'maxDeviation' | 'maxOutput'>;

const worse = (one: Agreement, other: Agreement): Agreement => ({
  maxDeviation: Math.max(one.maxDeviation, other.maxDeviation),
  maxOutput: Math.max(one.maxOutput, other.maxOutput),
});

/** In units of the largest number. */
const shareOf = ({maxDeviation, maxOutput}: Agreement): number => (maxDeviation === 0 ? 0 : maxDeviation / maxOutput);

function compare(expected: Float32Array, found: Float32Array | undefined, name: string): Agreement {
  if (found?.length !== expected.length) {
    throw new ExpError(
      'EXPORT_FAILED',
      `the exported file gives ${found?.length ?? 'no'} numbers for the output ${name}, the model ${expected.length}`,
      'nothing was written; please report it with the spec of the run',
    );
  }
  let [maxOutput, maxDeviation] = [0, 0];
  for (const [index, value] of expected.entries()) {
    const other = found[index]!;
    if (Object.is(value, other)) continue;
    const difference = Math.abs(value - other);
    maxDeviation = Math.max(maxDeviation, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  for (const value of expected) if (Number.isFinite(value)) maxOutput = Math.max(maxOutput, Math.abs(value));
  return {maxDeviation, maxOutput};
}
