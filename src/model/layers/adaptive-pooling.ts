import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';
import {createFunctionLayer} from './function-layer.js';
import type {PoolKind} from './pool.js';
import {type Dimensions, inputNames, requireSpatial, type Sizes, sizesField, sizesOf} from './spatial.js';

const shapes = {
  1: '[length, channels] → [outputSize, channels]',
  2: '[height, width, channels] → [...outputSize, channels]',
  3: '[depth, height, width, channels] → [...outputSize, channels]',
} as const;

/**
 * One axis made `size` long: output i is taken of the inputs from ⌊i · n / size⌋ to ⌈(i + 1) · n / size⌉, as in PyTorch and Keras.
 * Windows overlap where `size` does not divide n. Axes can be pooled in turn, since every window is a box.
 */
function poolAxis(tf: typeof tfjs, kind: PoolKind, x: Tensor, axis: number, size: number): Tensor {
  const take = (values: Tensor, over: number): Tensor =>
    kind === 'max' ? tf.max(values, over) : tf.mean(values, over);
  const count = x.shape[axis]!;
  if (count % size === 0) {
    return take(tf.reshape(x, [...x.shape.slice(0, axis), size, count / size, ...x.shape.slice(axis + 1)]), axis + 1);
  }
  const windows = Array.from({length: size}, (_, i) => {
    const begin = Math.floor((i * count) / size);
    const starts = x.shape.map((_size, at) => (at === axis ? begin : 0));
    const sizes = x.shape.map((_size, at) => (at === axis ? Math.ceil(((i + 1) * count) / size) - begin : -1));
    return tf.expandDims(take(tf.slice(x, starts, sizes), axis), axis);
  });
  return tf.concat(windows, axis);
}

/** Pooling with windows that follow from the size of the output, so that inputs of any size fit what comes after. */
function defineAdaptivePooling<const Name extends string>(type: Name, kind: PoolKind, dimensions: Dimensions) {
  const {plural, unit} = inputNames[dimensions];
  const shapeOf = (outputSize: Sizes, inputShape: Shape): Shape => {
    const {sizes, channels} = requireSpatial(inputShape, dimensions);
    const wanted = sizesOf(outputSize, dimensions);
    const large = wanted.findIndex((size, axis) => size > sizes[axis]!);
    if (large < 0) return [...wanted, channels];
    throw new ShapeProblem(`has an outputSize of ${wanted[large]} for an axis of ${sizes[large]}`, {
      field: 'outputSize',
      hint: 'make it smaller; upSampling layers enlarge',
    });
  };
  return defineLayer({
    type,
    summary: `The ${kind === 'max' ? 'largest value' : 'mean'} of as many windows as the output has ${unit}, over ${plural} of any size.`,
    shapes: shapes[dimensions],
    example: `{type: ${type}, outputSize: 4}`,
    args: Type.Object({outputSize: sizesField(dimensions, `Size of the output in ${unit}`)}),
    outputShape: ({outputSize}, inputShape) => shapeOf(outputSize, inputShape),
    weights: () => [],
    build({outputSize}, context) {
      const sizes = sizesOf(outputSize, dimensions);
      return createFunctionLayer(context, {
        className: `Adaptive${kind === 'max' ? 'Max' : 'Average'}Pooling${dimensions}D`,
        config: {outputSize: sizes, dataFormat: 'channelsLast'},
        outputShape: shapeOf(outputSize, context.inputShape),
        call: (x) => sizes.reduce((pooled, size, axis) => poolAxis(context.tf.core, kind, pooled, axis + 1, size), x),
      });
    },
  });
}

export const adaptiveAveragePooling1d = defineAdaptivePooling('adaptiveAveragePooling1d', 'average', 1);
export const adaptiveAveragePooling2d = defineAdaptivePooling('adaptiveAveragePooling2d', 'average', 2);
export const adaptiveAveragePooling3d = defineAdaptivePooling('adaptiveAveragePooling3d', 'average', 3);
export const adaptiveMaxPooling1d = defineAdaptivePooling('adaptiveMaxPooling1d', 'max', 1);
export const adaptiveMaxPooling2d = defineAdaptivePooling('adaptiveMaxPooling2d', 'max', 2);
export const adaptiveMaxPooling3d = defineAdaptivePooling('adaptiveMaxPooling3d', 'max', 3);
