import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {samePadding} from './images.js';
import {reach, type SlidingWindow} from './spatial.js';

type Pair = [number, number];

/** A convolution's window and how channels are grouped. */
export interface Convolution extends SlidingWindow {
  readonly dilations: readonly number[];
  /** Both channels and filters are split into so many groups that know nothing of each other. */
  readonly groups: number;
}

/** One convolution of an image that stays inside it, strides or not, without dilation. */
type InsideConvolution = (images: Tensor4D, strides: Pair) => Tensor4D;

/** Adds the zeros that `same` and `causal` want around the two axes of an image. */
function padded(tf: typeof tfjs, images: Tensor4D, {sizes, strides, padding, dilations}: SlidingWindow): Tensor4D {
  if (padding === 'valid') return images;
  const [rows, columns] = [0, 1].map((axis): Pair => {
    const span = reach(sizes[axis]!, dilations?.[axis]);
    if (padding === 'causal') return [span - 1, 0];
    return samePadding(images.shape[axis + 1]!, span, strides[axis]!).sides;
  }) as [Pair, Pair];
  if ([...rows, ...columns].every((size) => size === 0)) return images;
  return tf.pad(images, [[0, 0], rows, columns, [0, 0]]);
}

/**
 * A dilated convolution as one without dilation: positions that are `dilation` apart become an image of their own, as by TensorFlow's
 * space_to_batch. TensorFlow.js has no gradient for dilated kernels; this has one on every backend, because it is made of pads,
 * reshapes and transposes.
 */
function dilated(
  tf: typeof tfjs,
  images: Tensor4D,
  {sizes, dilations}: {readonly sizes: readonly number[]; readonly dilations: readonly number[]},
  convolve: InsideConvolution,
): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [across, along] = dilations as Pair;
  const [rows, columns] = [Math.ceil(height / across), Math.ceil(width / along)];
  const whole = tf.pad(images, [
    [0, 0],
    [0, rows * across - height],
    [0, columns * along - width],
    [0, 0],
  ]);
  const phases = tf.transpose(tf.reshape(whole, [batch, rows, across, columns, along, channels]), [0, 2, 4, 1, 3, 5]);
  const convolved = convolve(tf.reshape(phases, [batch * across * along, rows, columns, channels]), [1, 1]);
  const [, outRows, outColumns, filters] = convolved.shape;
  const apart = tf.reshape(convolved, [batch, across, along, outRows, outColumns, filters]);
  const woven = tf.reshape(tf.transpose(apart, [0, 3, 1, 4, 2, 5]), [
    batch,
    outRows * across,
    outColumns * along,
    filters,
  ]) as Tensor4D;
  const end = [height - reach(sizes[0]!, across) + 1, width - reach(sizes[1]!, along) + 1];
  return tf.slice(woven, [0, 0, 0, 0], [batch, end[0]!, end[1]!, filters]);
}

/** Pads, undoes dilation, and hands what is left to `convolve`. */
function slide(
  tf: typeof tfjs,
  images: Tensor4D,
  window: SlidingWindow & {readonly dilations: readonly number[]},
  convolve: InsideConvolution,
): Tensor4D {
  const inside = padded(tf, images, window);
  if (window.dilations.some((dilation) => dilation > 1)) return dilated(tf, inside, window, convolve);
  return convolve(inside, window.strides as Pair);
}

/**
 * Cross-correlation of images. Strides and dilations do not go together.
 * @param images [batch, height, width, channels]
 * @param kernel [height, width, channels / groups, filters]
 * @returns [batch, newHeight, newWidth, filters]
 */
export function convolveImages(
  tf: typeof tfjs,
  images: Tensor4D,
  kernel: Tensor4D,
  convolution: Convolution,
): Tensor4D {
  const {groups, padding, strides, dilations} = convolution;
  const isPlain = groups === 1 && padding !== 'causal' && dilations.every((dilation) => dilation === 1);
  if (isPlain) return tf.conv2d(images, kernel, strides as Pair, padding);
  return slide(tf, images, convolution, (inside, steps) => {
    if (groups === 1) return tf.conv2d(inside, kernel, steps, 'valid');
    const kernels = tf.split<Tensor4D>(kernel, groups, 3);
    const parts = tf.split<Tensor4D>(inside, groups, 3);
    return tf.concat(
      parts.map((part, group) => tf.conv2d<Tensor4D>(part, kernels[group]!, steps, 'valid')),
      3,
    );
  });
}

/**
 * Cross-correlation of each channel with kernels of its own.
 * @param images [batch, height, width, channels]
 * @param kernel [height, width, channels, multiplier]
 * @returns [batch, newHeight, newWidth, channels · multiplier]
 */
export function convolveDepthwise(
  tf: typeof tfjs,
  images: Tensor4D,
  kernel: Tensor4D,
  convolution: Omit<Convolution, 'groups'>,
): Tensor4D {
  const {padding, strides, dilations} = convolution;
  const isPlain = padding !== 'causal' && dilations.every((dilation) => dilation === 1);
  if (isPlain) return tf.depthwiseConv2d(images, kernel, strides as Pair, padding);
  return slide(tf, images, convolution, (inside, steps) => tf.depthwiseConv2d(inside, kernel, steps, 'valid'));
}

/**
 * Cross-correlation of volumes as one of images: the slices that a window covers in depth are laid side by side as channels.
 * @param volumes [batch, depth, height, width, channels]
 * @param kernel [depth, height, width, channels / groups, filters]
 * @returns [batch, newDepth, newHeight, newWidth, filters] as images, the first two axes one
 */
export function convolveVolumes(tf: typeof tfjs, volumes: Tensor, kernel: Tensor, convolution: Convolution): Tensor4D {
  const {sizes, strides, padding, dilations} = convolution;
  if (convolution.groups > 1) {
    const kernels = tf.split(kernel, convolution.groups, 4);
    const parts = tf.split(volumes, convolution.groups, 4);
    return tf.concat(
      parts.map((part, group) => convolveVolumes(tf, part, kernels[group]!, {...convolution, groups: 1})),
      3,
    );
  }
  const [batch, givenDepth, height, width, channels] = volumes.shape as [number, number, number, number, number];
  const [size, stride, dilation] = [sizes[0]!, strides[0]!, dilations[0]!];
  const span = reach(size, dilation);
  const sides: Pair = padding === 'same' ? samePadding(givenDepth, span, stride).sides : [0, 0];
  const depth = Math.floor((givenDepth + sides[0] + sides[1] - span) / stride) + 1;
  const numRows = Math.ceil(((depth - 1) * stride + span) / stride);
  const missing = numRows * stride - givenDepth - sides[0];
  const flat = tf.reshape(volumes, [batch, givenDepth, height * width * channels]);
  const longEnough = tf.pad(flat, [
    [0, 0],
    [sides[0], Math.max(missing, 0)],
    [0, 0],
  ]);
  const cut = tf.slice(longEnough, [0, 0, 0], [batch, numRows * stride, -1]);
  const strided = tf.reshape(cut, [batch, numRows, stride, height * width * channels]);
  const covered = Array.from({length: size}, (_, position) => {
    const offset = position * dilation;
    const slice = tf.slice(strided, [0, Math.floor(offset / stride), offset % stride, 0], [batch, depth, 1, -1]);
    return tf.reshape(slice, [batch * depth, height, width, channels]) as Tensor4D;
  });
  const filters = kernel.shape[4]!;
  const stacked = tf.reshape(tf.transpose(kernel, [1, 2, 0, 3, 4]), [
    sizes[1]!,
    sizes[2]!,
    size * channels,
    filters,
  ]) as Tensor4D;
  return convolveImages(tf, tf.concat(covered, 3), stacked, {
    sizes: sizes.slice(1),
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    padding,
    groups: 1,
  });
}
