import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {activations} from '../activations.js';
import {defineLayer} from '../layer.js';
import {activationOf} from './apply-activation.js';
import {convolutionArguments, convolutionWeights} from './convolution.js';
import {convolveTransposed} from './convolve-transposed.js';
import type {Padding} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {type Dimensions, requireSpatial, type Sizes, sizesOf} from './spatial.js';

/** Keras's deconv_output_length: same multiplies by the stride, valid adds what the window reaches beyond it. */
function shapeOf(
  args: {readonly kernelSize: Sizes; readonly strides: Sizes; readonly padding: Padding; readonly filters: number},
  inputShape: Shape,
  dimensions: Dimensions,
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
  1: {shapes: '[length, channels] → [length · strides, filters]', what: 'a sequence'},
  2: {shapes: '[height, width, channels] → [height · strides, width · strides, filters]', what: 'an image'},
  3: {
    shapes: '[depth, height, width, channels] → [depth · strides, height · strides, width · strides, filters]',
    what: 'a volume',
  },
} as const;

/**
 * The transpose of a convolution, which is its gradient with regard to the input (Zeiler et al. 2010).
 * Kernels are [...kernelSize, filters, channels], the other way round than those of a convolution.
 */
function defineTransposed<const Name extends string>(type: Name, dimensions: Dimensions) {
  const {dilationRate: _none, ...fields} = convolutionArguments(dimensions).properties;
  const {shapes, what} = texts[dimensions];
  const kernelShape = (args: {readonly kernelSize: Sizes; readonly filters: number}, inputShape: Shape): Shape => [
    ...sizesOf(args.kernelSize, dimensions),
    args.filters,
    inputShape.at(-1)!,
  ];
  return defineLayer({
    type,
    summary: `Enlarges ${what} by its strides: every input value adds a learned window to the output.`,
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
          const enlarged = convolveTransposed(core, x, kernel, outputShape, window.strides, args.padding);
          return activate(args.useBias ? core.add(enlarged, weight('bias')) : enlarged);
        },
      });
    },
  });
}

export const conv1dTranspose = defineTransposed('conv1dTranspose', 1);
export const conv2dTranspose = defineTransposed('conv2dTranspose', 2);
export const conv3dTranspose = defineTransposed('conv3dTranspose', 3);
