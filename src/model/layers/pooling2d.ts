import {type Static, Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {optionalPairField, type Padding, paddingField, pairFieldWithDefault, pairOf} from './fields.js';
import {requireImage, slideWindow} from './images.js';

/** Arguments of every pooling layer; they differ in what they take of each window. */
export const poolingArguments = Type.Object({
  poolSize: pairFieldWithDefault('Size of the sliding window in pixels: one number, or [height, width].', 2),
  strides: optionalPairField('Step of the window in pixels: one number, or [height, width]. Default: poolSize.'),
  padding: paddingField(),
});

type PoolingArguments = Readonly<Static<typeof poolingArguments>>;

/** A sliding window as TensorFlow.js wants it, each pair [height, width]. */
export interface Window {
  readonly poolSize: [number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
}

export const windowOf = ({poolSize, strides, padding}: PoolingArguments): Window => ({
  poolSize: pairOf(poolSize),
  strides: pairOf(strides ?? poolSize),
  padding,
});

/** What all pooling definitions share. */
export const poolingShape = {
  shapes: '[height, width, channels] → [height / strides, width / strides, channels]',
  outputShape(args: PoolingArguments, inputShape: Shape): Shape {
    const image = requireImage(inputShape);
    const {poolSize, strides, padding} = windowOf(args);
    return [...slideWindow(image, 'poolSize', poolSize, strides, padding), image[2]];
  },
  weights: () => [],
};
