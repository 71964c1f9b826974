import {Type} from '@sinclair/typebox';
import {formatShape, type Shape, sizeOf} from '../../support/tensor.js';
import {ShapeProblem} from '../shape-problem.js';
import {requireImage} from './images.js';

/** Sequences, images and volumes: how many axes stand between batch and channels. */
export type Dimensions = 1 | 2 | 3;

/** One whole number for all axes, or one each. */
export type Sizes = number | readonly number[];

/** What people call the input of each number of dimensions, and its axes. */
export const inputNames = {
  1: {plural: 'sequences', axes: '[length, channels]', sizes: 'length', unit: 'positions'},
  2: {plural: 'images', axes: '[height, width, channels]', sizes: '[height, width]', unit: 'pixels'},
  3: {plural: 'volumes', axes: '[depth, height, width, channels]', sizes: '[depth, height, width]', unit: 'voxels'},
} as const;

/** One size per axis. */
export const sizesOf = (value: Sizes, dimensions: Dimensions): number[] =>
  typeof value === 'number' ? Array<number>(dimensions).fill(value) : [...value];

const counts = {2: 'two', 3: 'three'} as const;

/** Schema of a size per axis: a whole number, or a list of them where there are several axes. */
const sizesSchema = (dimensions: Dimensions, minimum: number) => {
  const size = Type.Integer({minimum});
  if (dimensions === 1) return {...size};
  const tuple = Type.Tuple(Array<typeof size>(dimensions).fill(size));
  const list = `${counts[dimensions]} of them: ${inputNames[dimensions].sizes}`;
  return {anyOf: [size, tuple], 'x-expected': `a whole number of at least ${minimum}, or ${list}`};
};

/** How a description lists the ways to write the value. */
const ways = (dimensions: Dimensions): string =>
  dimensions === 1 ? '' : `: one number, or ${inputNames[dimensions].sizes}`;

/** A required size per axis. @param what a phrase without a full stop */
export const sizesField = (dimensions: Dimensions, what: string) =>
  Type.Unsafe<Sizes>({...sizesSchema(dimensions, 1), description: `${what}${ways(dimensions)}. At least 1.`});

/** The same, with a default. */
export const sizesFieldWithDefault = (dimensions: Dimensions, what: string, value: number) =>
  Type.Unsafe<Sizes>({
    ...sizesSchema(dimensions, 1),
    default: value,
    description: `${what}${ways(dimensions)}. At least 1.`,
  });

/** The same, which may be left out. @param otherwise what holds then */
export const optionalSizesField = (dimensions: Dimensions, what: string, otherwise: string, minimum = 1) =>
  Type.Optional(
    Type.Unsafe<Sizes>({
      ...sizesSchema(dimensions, minimum),
      description: `${what}${ways(dimensions)}. Default: ${otherwise}.`,
    }),
  );

/** An input split into its spatial sizes and its channels. */
export interface SpatialShape {
  readonly sizes: readonly number[];
  readonly channels: number;
}

/** The input as a sequence, image or volume. @throws ShapeProblem when it has another number of axes */
export function requireSpatial(inputShape: Shape, dimensions: Dimensions): SpatialShape {
  if (dimensions === 2) requireImage(inputShape);
  if (inputShape.length === dimensions + 1) {
    return {sizes: inputShape.slice(0, -1), channels: inputShape.at(-1)!};
  }
  const {plural, axes} = inputNames[dimensions];
  const suitable = shapeWith(inputShape, dimensions);
  throw new ShapeProblem(`wants ${plural} ${axes}; it gets ${formatShape(inputShape)}`, {
    hint: suitable
      ? `add {type: reshape, targetShape: ${formatShape(suitable)}} before it`
      : `add a reshape layer with targetShape: ${axes} before it`,
  });
}

/** What the input most likely is: without channels, with an axis of size 1 too many, or a sequence of things with several axes. */
function shapeWith(inputShape: Shape, dimensions: Dimensions): Shape | undefined {
  if (inputShape.length === dimensions) return [...inputShape, 1];
  if (inputShape.length === dimensions + 2 && inputShape.at(-1) === 1) return inputShape.slice(0, -1);
  return dimensions === 1 && inputShape.length > 2 ? [inputShape[0]!, sizeOf(inputShape.slice(1))] : undefined;
}

/** How a window moves over an input. */
export interface SlidingWindow {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
  readonly dilations?: readonly number[];
}

/**
 * Spatial sizes after a window has slid over an input; Keras's conv_output_length.
 * @param field name of the window's argument, for messages
 * @throws ShapeProblem when the window does not fit
 */
export function slideOver(
  {sizes, channels}: SpatialShape,
  field: 'kernelSize' | 'poolSize',
  {sizes: windows, strides, padding, dilations}: SlidingWindow,
): number[] {
  if (padding !== 'valid') return sizes.map((size, axis) => Math.ceil(size / strides[axis]!));
  const spans = windows.map((window, axis) => reach(window, dilations?.[axis]));
  if (spans.some((span, axis) => span > sizes[axis]!)) {
    const {plural} = inputNames[sizes.length as Dimensions];
    const isDilated = spans.some((span, axis) => span !== windows[axis]);
    const spread = isDilated ? `, ${spans.join(' x ')} with its dilation` : '';
    throw new ShapeProblem(
      `has a ${field} of ${windows.join(' x ')}${spread}, larger than the ${plural} it gets, ${formatShape([...sizes, channels])}`,
      {field, hint: `make ${field} smaller or use padding: same`},
    );
  }
  return sizes.map((size, axis) => Math.floor((size - spans[axis]!) / strides[axis]!) + 1);
}

/** How many positions a window covers from its first to its last value. */
export const reach = (window: number, dilation = 1): number => (window - 1) * dilation + 1;
