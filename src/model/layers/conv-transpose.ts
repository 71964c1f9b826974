import {Type} from '@sinclair/typebox';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import {activations} from '../activations.js';
import {type BuildContext, defineLayer} from '../layer.js';
import {activationOf} from './apply-activation.js';
import {convolutionArguments, convolutionWeights} from './convolution.js';
import type {Padding} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {requireSpatial, type Sizes, sizesOf} from './spatial.js';

type Flat = 1 | 2;
type Pair = [number, number];

/** Keras's deconv_output_length: same multiplies by the stride, valid adds what the window reaches beyond it. */
function shapeOf(
  args: {readonly kernelSize: Sizes; readonly strides: Sizes; readonly padding: Padding; readonly filters: number},
  inputShape: Shape,
  dimensions: Flat,
): Shape {
  const windows = sizesOf(args.kernelSize, dimensions);
  const strides = sizesOf(args.strides, dimensions);
  const sizes = requireSpatial(inputShape, dimensions).sizes.map((size, axis) => {
    const rest = args.padding === 'same' ? 0 : Math.max(windows[axis]! - strides[axis]!, 0);
    return size * strides[axis]! + rest;
  });
  return [...sizes, args.filters];
}

const texts = {
  1: {shapes: '[length, channels] → [length · strides, filters]', what: 'sequence'},
  2: {shapes: '[height, width, channels] → [height · strides, width · strides, filters]', what: 'image'},
} as const;

/**
 * The transpose of a convolution, which is its gradient with regard to the input (Zeiler et al. 2010).
 * Kernels are [...kernelSize, filters, channels], the other way round than those of a convolution.
 */
function defineTransposed<const Name extends string>(type: Name, dimensions: Flat) {
  const {dilationRate: _none, ...fields} = convolutionArguments(dimensions).properties;
  const {shapes, what} = texts[dimensions];
  const kernelShape = (args: {readonly kernelSize: Sizes; readonly filters: number}, inputShape: Shape): Shape => [
    ...sizesOf(args.kernelSize, dimensions),
    args.filters,
    inputShape.at(-1)!,
  ];
  return defineLayer({
    type,
    summary: `Enlarges a ${what} by its strides: every input value adds a learned window to the output.`,
    shapes,
    example: `{type: ${type}, filters: 8, kernelSize: 3, strides: 2, padding: same}`,
    args: Type.Object({
      ...fields,
      padding: Type.Unsafe<Padding>({
        type: 'string',
        enum: ['valid', 'same'],
        default: 'valid',
        description:
          'same: the output is exactly strides times as large. valid: larger by what the window reaches beyond.',
      }),
    }),
    outputShape: (args, inputShape) => shapeOf(args, inputShape, dimensions),
    weights: (args, inputShape) => convolutionWeights(args, kernelShape(args, inputShape)),
    build(args, context) {
      const {core} = context.tf;
      const outputShape = shapeOf(args, context.inputShape, dimensions);
      const window = {sizes: sizesOf(args.kernelSize, dimensions), strides: sizesOf(args.strides, dimensions)};
      const activate = activationOf(context, args.activation);
      return createFunctionLayer(context, {
        className: `Conv${dimensions}DTranspose`,
        config: {
          filters: args.filters,
          kernelSize: window.sizes,
          strides: window.strides,
          padding: args.padding,
          dataFormat: 'channelsLast',
          activation: activations[args.activation],
          useBias: args.useBias,
          ...weightConfig(context, 'kernel'),
          ...(args.useBias ? weightConfig(context, 'bias') : {}),
        },
        outputShape,
        weights: convolutionWeights(args, kernelShape(args, context.inputShape)),
        call(x, weight) {
          const kernel = weight('kernel');
          const images = transposed(context, x, kernel, outputShape, window.strides, args.padding);
          const biased = args.useBias ? core.add(images, weight('bias')) : images;
          return core.reshape(activate(biased), [x.shape[0]!, ...outputShape] as number[]);
        },
      });
    },
  });
}

/** A sequence runs as an image of height 1. */
function transposed(
  {tf: {core}}: BuildContext,
  x: Tensor,
  kernel: Tensor,
  outputShape: Shape,
  strides: readonly number[],
  padding: Padding,
): Tensor4D {
  const batch = x.shape[0]!;
  const image = (shape: readonly number[]): [number, number, number] =>
    (shape.length === 2 ? [1, ...shape] : [...shape]) as [number, number, number];
  return core.conv2dTranspose(
    core.reshape(x, [batch, ...image(x.shape.slice(1))]) as Tensor4D,
    (kernel.shape.length === 3 ? core.expandDims(kernel, 0) : kernel) as Tensor4D,
    [batch, ...image(outputShape)],
    (strides.length === 1 ? [1, ...strides] : [...strides]) as Pair,
    padding,
  );
}

export const conv1dTranspose = defineTransposed('conv1dTranspose', 1);
export const conv2dTranspose = defineTransposed('conv2dTranspose', 2);
