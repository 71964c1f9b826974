import {type Static, Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {paddingField} from './fields.js';
import {createFunctionLayer} from './function-layer.js';
import {type PoolKind, type PoolWindow, pool} from './pool.js';
import {
  type Dimensions,
  inputNames,
  optionalSizesField,
  requireSpatial,
  sizesFieldWithDefault,
  sizesOf,
  slideOver,
} from './spatial.js';

const axes = {
  1: '[length, channels] → [length / strides, channels]',
  3: '[depth, height, width, channels] → [depth / strides, height / strides, width / strides, channels]',
} as const;

/** Pooling of sequences and volumes; that of images is in pooling2d.ts. */
export function definePooling<const Name extends string>(type: Name, kind: PoolKind, dimensions: 1 | 3) {
  const {unit} = inputNames[dimensions];
  const args = Type.Object({
    poolSize: sizesFieldWithDefault(dimensions, `Size of the sliding window in ${unit}`, 2),
    strides: optionalSizesField(dimensions, `Step of the window in ${unit}`, 'poolSize'),
    padding: paddingField(),
  });
  type Arguments = Readonly<Static<typeof args>>;
  const windowOf = ({poolSize, strides, padding}: Arguments): PoolWindow => ({
    sizes: sizesOf(poolSize, dimensions),
    strides: sizesOf(strides ?? poolSize, dimensions),
    padding,
  });
  const shapeOf = (given: Arguments, inputShape: Shape): Shape => {
    const input = requireSpatial(inputShape, dimensions);
    return [...slideOver(input, 'poolSize', windowOf(given)), input.channels];
  };
  return defineLayer({
    type,
    summary:
      kind === 'max'
        ? 'The largest value of each window, channel by channel.'
        : 'The mean of each window, channel by channel; padding does not count.',
    shapes: axes[dimensions],
    example: `{type: ${type}, poolSize: 2}`,
    args,
    outputShape: shapeOf,
    weights: () => [],
    build(given, context) {
      const window = windowOf(given);
      const {sizes, strides, padding} = window;
      return createFunctionLayer(context, {
        className: `${kind === 'max' ? 'Max' : 'Average'}Pooling${dimensions}D`,
        config: {poolSize: [...sizes], strides: [...strides], padding},
        outputShape: shapeOf(given, context.inputShape),
        call: (x) => pool(context.tf.core, kind, x, window),
      });
    },
  });
}

/** The mean of the steps that count, as Keras takes it; zeros where none does, of which Keras makes NaN. x is [batch, time, channels]. */
function meanOfSteps(tf: typeof tfjs, x: Tensor, mask: Tensor): Tensor {
  const sum = tf.sum(tf.mul(x, tf.expandDims(mask, 2)), 1);
  return tf.div(sum, tf.maximum(tf.sum(mask, 1, true), 1));
}

/** Pooling over everything but the channels. */
export function defineGlobalPooling<const Name extends string>(type: Name, kind: PoolKind, dimensions: Dimensions) {
  const {plural, axes: input} = inputNames[dimensions];
  const taken = kind === 'max' ? 'largest value' : 'mean';
  const whole = plural.slice(0, -1);
  const knowsMasks = kind === 'average' && dimensions === 1;
  return defineLayer({
    type,
    summary: `The ${taken} of every channel over the whole ${whole}${knowsMasks ? '; masked time steps do not count' : ''}.`,
    shapes: `${input} → [channels]`,
    example: `{type: ${type}}`,
    args: Type.Object({}),
    outputShape: (_args, inputShape) => [requireSpatial(inputShape, dimensions).channels],
    weights: () => [],
    ...(knowsMasks ? {mask: () => undefined} : {}),
    build: (_args, context) =>
      createFunctionLayer(context, {
        className: `Global${kind === 'max' ? 'Max' : 'Average'}Pooling${dimensions}D`,
        config: dimensions === 1 ? {} : {dataFormat: 'channelsLast'},
        outputShape: context.inputShape.slice(-1),
        call(x, _weight, {masks}) {
          const mask = knowsMasks ? masks?.[0] : undefined;
          if (mask) return meanOfSteps(context.tf.core, x, mask);
          const reduced = Array.from({length: dimensions}, (_, axis) => axis + 1);
          return kind === 'max' ? context.tf.core.max(x, reduced) : context.tf.core.mean(x, reduced);
        },
      }),
  });
}

export const maxPooling1d = definePooling('maxPooling1d', 'max', 1);
export const maxPooling3d = definePooling('maxPooling3d', 'max', 3);
export const averagePooling1d = definePooling('averagePooling1d', 'average', 1);
export const averagePooling3d = definePooling('averagePooling3d', 'average', 3);
export const globalMaxPooling1d = defineGlobalPooling('globalMaxPooling1d', 'max', 1);
export const globalMaxPooling2d = defineGlobalPooling('globalMaxPooling2d', 'max', 2);
export const globalMaxPooling3d = defineGlobalPooling('globalMaxPooling3d', 'max', 3);
export const globalAveragePooling1d = defineGlobalPooling('globalAveragePooling1d', 'average', 1);
export const globalAveragePooling3d = defineGlobalPooling('globalAveragePooling3d', 'average', 3);
