import {Value} from '@sinclair/typebox/value';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type {BuiltModel} from '../../src/model/built-model.js';
import {type LayerSpec, layers} from '../../src/model/layers/index.js';
import type {ModelSpec} from '../../src/model/section.js';
import {type ReferenceArray, readReference} from '../reference/read.js';

tf.env().set('PROD', true); // no greeting on the console

/** Layers as somebody would write them, defaults left out. */
export type WrittenLayer = {readonly type: keyof typeof layers; readonly name?: string} & Readonly<
  Record<string, unknown>
>;

/** A model spec with the defaults filled in, as the loader does; nothing is validated. */
export function modelOf(...written: readonly WrittenLayer[]): ModelSpec {
  return {layers: written.map(withDefaults)};
}

/** The layer inside a wrapper gets its defaults too. */
function withDefaults(written: WrittenLayer): LayerSpec {
  const inner = written.layer as WrittenLayer | undefined;
  const whole = {...written, ...(inner ? {layer: withDefaults(inner)} : {})};
  return Value.Default(layers[written.type].args, whole) as LayerSpec;
}

/** One layer as PyTorch computed it; see test/reference/layers.py, sequence_layers.py and feed_forward_layers.py. */
export interface LayerCase {
  readonly title: string;
  readonly layer: WrittenLayer;
  readonly training: boolean;
  readonly inputs: ReferenceArray;
  readonly weights: Readonly<Record<string, ReferenceArray>>;
  readonly probe: ReferenceArray;
  readonly output: ReferenceArray;
  /** Absent where the inputs are class numbers. */
  readonly inputGradient?: ReferenceArray;
  readonly weightGradients: Readonly<Record<string, ReferenceArray>>;
  /** The mask of a layer that asks for one; `noises` are those of a layer that asks under several names. */
  readonly noise?: ReferenceArray;
  /** What kind of noise that is; keepMask unless said. */
  readonly noiseKind?: 'keepMask' | 'normal';
  readonly noises?: Readonly<Record<string, ReferenceArray>>;
  readonly moved?: Readonly<Record<string, ReferenceArray>>;
}

/** The cases of test/reference/layers.json, sequence_layers.json and feed_forward_layers.json. */
export const readLayerCases = (): readonly LayerCase[] =>
  ['layers', 'sequence_layers', 'feed_forward_layers'].flatMap(
    (name) => readReference<{cases: readonly LayerCase[]}>(name).cases,
  );

/** A network as PyTorch or Keras computed it; see test/reference/graphs.py, sequence_layers.py and sequences_keras.py. */
export interface GraphCase {
  readonly title: string;
  readonly layers: readonly WrittenLayer[];
  readonly training: boolean;
  readonly inputs: ReferenceArray;
  readonly weights: Readonly<Record<string, ReferenceArray>>;
  readonly probe: ReferenceArray;
  readonly output: ReferenceArray;
  /** Absent where the inputs are class numbers. */
  readonly inputGradient?: ReferenceArray;
  readonly weightGradients: Readonly<Record<string, ReferenceArray>>;
  readonly moved: Readonly<Record<string, ReferenceArray>>;
}

/** The cases of test/reference/graphs.json, attention_graphs.json and sequences_keras.json. */
export const readGraphCases = (): readonly GraphCase[] =>
  ['graphs', 'attention_graphs', 'sequences_keras'].flatMap(
    (name) => readReference<{cases: readonly GraphCase[]}>(name).cases,
  );

/** A tensor the caller owns. */
export const tensorOf = ({shape, values}: ReferenceArray): tf.Tensor => tf.tensor(values, shape, 'float32');

/** The largest |actual - expected| in units of `relative` · |expected| + `absolute`; at most 1 when they agree. Infinity when shapes differ or a value is not finite. */
export function disagreement(actual: tf.Tensor, expected: ReferenceArray, relative = 1e-4, absolute = 1e-6): number {
  if (actual.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  const values = actual.dataSync();
  return expected.values.reduce((worst, wanted, i) => {
    const error = Math.abs(values[i]! - wanted) / (relative * Math.abs(wanted) + absolute);
    return Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }, 0);
}

/** Sets the weights of a model's only layer with weights. */
export function writeWeights(built: BuiltModel, values: Readonly<Record<string, ReferenceArray>>): void {
  for (const {name, variable} of built.weights) {
    const value = tensorOf(values[name.slice(name.indexOf('/') + 1)]!);
    variable.write(value);
    value.dispose();
  }
}
