import {formatShape, type Shape} from '../../support/tensor.js';
import {ShapeProblem} from '../shape-problem.js';
import type {Padding} from './fields.js';

export type ImageShape = readonly [height: number, width: number, channels: number];

/** The input as an image. @throws ShapeProblem with the reshape that would make one, where that can be guessed. */
export function requireImage(inputShape: Shape): ImageShape {
  const [height, width, channels] = inputShape;
  if (inputShape.length === 3) return [height!, width!, channels!];
  const guess = guessImage(inputShape);
  throw new ShapeProblem(`wants images [height, width, channels]; it gets ${formatShape(inputShape)}`, {
    hint: guess
      ? `add {type: reshape, targetShape: ${formatShape(guess)}} before it`
      : 'add a reshape layer with targetShape: [height, width, channels] before it',
  });
}

function guessImage(shape: Shape): Shape | undefined {
  if (shape.length === 2) return [...shape, 1];
  if (shape.length !== 1) return undefined;
  for (const channels of [1, 3]) {
    const side = Math.sqrt(shape[0]! / channels);
    if (Number.isInteger(side) && side > 1) return [side, side, channels];
  }
  return undefined;
}

/**
 * [height, width] after a window has slid over an image; Keras's conv_output_length.
 * @param field name of the window's argument, for messages
 * @throws ShapeProblem when the window does not fit into the image
 */
export function slideWindow(
  image: ImageShape,
  field: 'kernelSize' | 'poolSize',
  window: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
): [number, number] {
  if (padding === 'same') return [Math.ceil(image[0] / strides[0]), Math.ceil(image[1] / strides[1])];
  if (window[0] > image[0] || window[1] > image[1]) {
    throw new ShapeProblem(
      `has a ${field} of ${window[0]} x ${window[1]}, larger than the images it gets, ${formatShape(image)}`,
      {field, hint: `make ${field} smaller or use padding: same`},
    );
  }
  const length = (size: number, axis: 0 | 1): number => Math.floor((size - window[axis]) / strides[axis]) + 1;
  return [length(image[0], 0), length(image[1], 1)];
}

/** What `same` adds along one axis: the smallest padding with ⌈size / stride⌉ windows, the odd one at the end. */
export function samePadding(size: number, window: number, stride: number): {total: number; sides: [number, number]} {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  const before = Math.floor(total / 2);
  return {total, sides: [before, total - before]};
}
