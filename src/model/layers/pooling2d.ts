import {type Static, Type} from '@sinclair/typebox';
import {defineLayer} from '../layer.js';
import {optionalPairField, paddingField, pairFieldWithDefault, pairOf} from './fields.js';
import {requireImage, slideWindow} from './images.js';

const args = Type.Object({
  poolSize: pairFieldWithDefault('Size of the sliding window in pixels: one number, or [height, width].', 2),
  strides: optionalPairField('Step of the window in pixels: one number, or [height, width]. Default: poolSize.'),
  padding: paddingField(),
});
type PoolingArguments = Readonly<Static<typeof args>>;

/** Window and step as TensorFlow.js wants them. */
const window = ({poolSize, strides, padding}: PoolingArguments) => ({
  poolSize: pairOf(poolSize),
  strides: pairOf(strides ?? poolSize),
  padding,
});

/** The shared shape of the pooling layers; they differ in what they take of each window. */
const shared = {
  shapes: '[height, width, channels] → [height / strides, width / strides, channels]',
  args,
  outputShape(given: PoolingArguments, inputShape: readonly number[]) {
    const image = requireImage(inputShape);
    const {poolSize, strides, padding} = window(given);
    return [...slideWindow(image, 'poolSize', poolSize, strides, padding), image[2]];
  },
  weights: () => [],
};

export const maxPooling2d = defineLayer({
  ...shared,
  type: 'maxPooling2d',
  summary: 'The largest value of each window, channel by channel.',
  example: '{type: maxPooling2d, poolSize: 2, strides: 2}',
  build: (given, {tf, name}) => tf.layers.layers.maxPooling2d({name, ...window(given)}),
});

export const averagePooling2d = defineLayer({
  ...shared,
  type: 'averagePooling2d',
  summary: 'The mean of each window, channel by channel; padding does not count.',
  example: '{type: averagePooling2d, poolSize: 2}',
  build: (given, {tf, name}) => tf.layers.layers.averagePooling2d({name, ...window(given)}),
});
