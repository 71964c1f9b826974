import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import type {Padding} from './fields.js';
import {samePadding} from './images.js';

type Pair = [number, number];
type Triple = [number, number, number];

/**
 * The transpose of a convolution. A sequence runs as an image of height 1; a volume as a batch of images with one output for each
 * position of the kernel in depth, which are then moved apart by the stride, each to its place, and added.
 * @param x [batch, ...spatial, channels]
 * @param kernel [...size, filters, channels]
 * @param outputShape batch axis left out
 */
export function convolveTransposed(
  tf: typeof tfjs,
  x: Tensor,
  kernel: Tensor,
  outputShape: Shape,
  strides: readonly number[],
  padding: Padding,
): Tensor {
  const batch = x.shape[0]!;
  if (strides.length === 2) {
    const output: [number, number, number, number] = [batch, ...(outputShape as Triple)];
    return tf.conv2dTranspose(x as Tensor4D, kernel as Tensor4D, output, strides as Pair, padding);
  }
  if (strides.length === 1) {
    const image = tf.expandDims(x, 1);
    const filters = tf.expandDims(kernel, 0);
    const enlarged = convolveTransposed(tf, image, filters, [1, ...outputShape], [1, strides[0]!], padding);
    return tf.reshape(enlarged, [batch, ...outputShape]);
  }
  const [, depth, ...rest] = x.shape as [number, number, ...number[]];
  const [size, rows, columns, filters, channels] = kernel.shape as [number, number, number, number, number];
  const [outDepth, height, width] = outputShape as Shape & Triple;
  const stride = strides[0]!;
  const slices = tf.reshape(x, [batch * depth, ...rest]);
  const flatKernel = tf.reshape(tf.transpose(kernel, [1, 2, 0, 3, 4]), [rows, columns, size * filters, channels]);
  const flatShape = [height, width, size * filters];
  const enlarged = convolveTransposed(tf, slices, flatKernel, flatShape, strides.slice(1), padding);
  const values = height * width * filters;
  const byPosition = tf.reshape(enlarged, [batch * depth, height * width, size, filters]);
  const placed = Array.from({length: size}, (_, position) => {
    const own = tf.slice(byPosition, [0, 0, position, 0], [-1, -1, 1, -1]);
    const apart = tf.pad(tf.reshape(own, [batch, depth, 1, values]), [
      [0, 0],
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    return tf.pad(tf.reshape(apart, [batch, depth * stride, values]), [
      [0, 0],
      [position, size - 1 - position],
      [0, 0],
    ]);
  });
  const before = padding === 'same' ? samePadding(outDepth, size, stride).sides[0] : 0;
  return tf.reshape(tf.slice(tf.addN(placed), [0, before, 0], [-1, outDepth, -1]), [batch, ...outputShape]);
}
