import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import * as tf from '@tensorflow/tfjs-core';
import type {RecordedGraph} from '../../../src/engine/compiled/graph.js';
import {lower} from '../../../src/engine/compiled/lower.js';
import {optimize} from '../../../src/engine/compiled/passes/index.js';
import {type Recording, record} from '../../../src/engine/compiled/recorder.js';
import {blockSize} from '../../../src/engine/compiled/runtime/block-size.js';
import {BoundGraph, type NamedArrays} from '../../../src/engine/compiled/runtime/bound-graph.js';
import type {Device} from '../../../src/engine/compiled/runtime/device.js';
import {Rng} from '../../../src/support/random.js';
import {type Shape, sizeOf} from '../../../src/support/tensor.js';

tf.env().set('PROD', true); // no greeting on the console

/** A function of tensors, and the values of the tensors it is tried on. */
export type TensorFunction = (...inputs: tf.Tensor[]) => tf.Tensor;

export interface Input {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Reproducible values in (-2, 2), away from zero so that no kink is hit by rounding. */
export function inputOf(shape: Shape, purpose: string, positive = false): Input {
  const rng = Rng.fromSeed(7).split(purpose);
  const values = Float32Array.from({length: sizeOf(shape)}, () => {
    const value = 0.05 + rng.uniform() * 1.9;
    return positive || rng.uniform() < 0.5 ? value : -value;
  });
  return {shape, values};
}

/** The value of `fn` and the gradients of sum(fn · probe) for each input. `probe` weighs the outputs unequally. */
function valueAndGradients(fn: TensorFunction, inputs: readonly tf.Tensor[], withGradients: boolean): tf.Tensor[] {
  if (!withGradients) return [fn(...inputs)];
  const outputs: tf.Tensor[] = [];
  const probed = (...given: tf.Tensor[]): tf.Scalar => {
    const output = fn(...given);
    outputs.push(output);
    return tf.sum(tf.mul(output, tf.add(tf.mul(output, 0.1), 1)));
  };
  const gradients = tf.grads(probed)([...inputs]);
  return [outputs[0]!, ...gradients];
}

/** The oracle: TensorFlow.js's own cpu backend. */
export function runEagerly(fn: TensorFunction, inputs: readonly Input[], withGradients: boolean): Float32Array[] {
  tf.setBackend('cpu');
  return tf.tidy(() => {
    const tensors = inputs.map(({shape, values}) => tf.tensor(values.slice(), [...shape]));
    // Gradients are taken inside a tidy of tf's own, so the output is computed once more for its value.
    const gradients = withGradients ? valueAndGradients(fn, tensors, true).slice(1) : [];
    return [fn(...tensors), ...gradients].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

/** The same through the recorder, the passes (all of them unless said), the lowering and ONNX Runtime; on the CPU unless said. */
export function runCompiled(
  fn: TensorFunction,
  inputs: readonly Input[],
  withGradients: boolean,
  rewrite: (graph: RecordedGraph) => RecordedGraph = optimize,
  device?: Device,
): Float32Array[] {
  tf.setBackend('cpu');
  const recorded = record((recording: Recording) => {
    const tensors = inputs.map(({shape}, index) => recording.input(`input${index}`, shape));
    const results = valueAndGradients(fn, tensors, withGradients);
    for (const [index, tensor] of results.entries()) recording.output(`output${index}`, asFloat(tensor));
  });
  const graph = rewrite(recorded);
  const given: Record<string, NamedArrays[string]> = {};
  for (const [index, input] of inputs.entries()) given[`input${index}`] = input;
  const made: Record<string, NamedArrays[string]> = {};
  for (const [name, {shape}] of graph.outputs) made[name] = {shape, values: new Float32Array(sizeOf(shape))};
  if (device) {
    const loaded = device.load(lower(graph, 'test', {isPortable: true}));
    loaded.bind(given, made).run();
    loaded.dispose();
    return Object.values(made).map(({values}) => values);
  }
  const bound = new BoundGraph(lower(graph, 'test', {blockSize: blockSize()}), given, made, {
    numThreads: 1,
    isRewritten: true,
    spins: false,
  });
  bound.run();
  bound.dispose();
  return Object.values(made).map(({values}) => values);
}

/** Booleans and integers come out of a graph as floats here, since bound arrays are float32. */
function asFloat(tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}

/** Largest |a - b| relative to the larger of 1 and |b|; infinite when lengths differ or a value is NaN on one side only. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y) || x === y) continue;
    const difference = Math.abs(x - y) / Math.max(1, Math.abs(y));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
