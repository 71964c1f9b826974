import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {activations} from '../activations.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';
import {activationOf} from './apply-activation.js';
import {convolutionArguments, convolutionWeights} from './convolution.js';
import {convolveTransposed} from './convolve-transposed.js';
import type {Padding} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {type Dimensions, inputNames, optionalSizesField, requireSpatial, type Sizes, sizesOf} from './spatial.js';

interface TransposedWindow {
  readonly kernelSize: Sizes;
  readonly strides: Sizes;
  readonly padding: Padding;
  readonly outputPadding?: Sizes;
}

/**
 * Keras's deconv_output_length: same multiplies by the stride, valid adds what the window reaches beyond it. With an outputPadding
 * the size is (size - 1) · stride + window + outputPadding, less 2 · ⌊window / 2⌋ for same.
 * @throws ShapeProblem when the convolution that this is the gradient of would not lead back to the size of the input
 */
function shapeOf(
  args: TransposedWindow & {readonly filters: number},
  inputShape: Shape,
  dimensions: Dimensions,
): Shape {
  const windows = sizesOf(args.kernelSize, dimensions);
  const strides = sizesOf(args.strides, dimensions);
  const paddings = args.outputPadding === undefined ? undefined : sizesOf(args.outputPadding, dimensions);
  const isSame = args.padding === 'same';
  const sizes = requireSpatial(inputShape, dimensions).sizes.map((size, axis) => {
    const [window, stride, padding] = [windows[axis]!, strides[axis]!, paddings?.[axis]];
    if (padding === undefined) return size * stride + (isSame ? 0 : Math.max(window - stride, 0));
    const least = isSame && window % 2 === 0 ? 1 : 0;
    if (padding < least || padding >= stride + least) {
      throw new ShapeProblem(
        `has an outputPadding of ${padding}, which a window of ${window} with strides of ${stride} and padding: ${args.padding} does not admit`,
        {field: 'outputPadding', hint: `write a number from ${least} to ${stride + least - 1}`},
      );
    }
    return (size - 1) * stride + window + padding - (isSame ? 2 * Math.floor(window / 2) : 0);
  });
  return [...sizes, args.filters];
}

/** Chooses among the sizes that a convolution with these strides would bring back to the input's. */
const outputPaddingField = (dimensions: Dimensions) =>
  optionalSizesField(
    dimensions,
    `Exact size of the output, in ${inputNames[dimensions].unit} beyond the smallest that fits, below the strides; PyTorch's output_padding is that of padding: valid, followed by a cropping layer for its padding`,
    'as padding says',
    0,
  );

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
        'x-hints': {
          number: "PyTorch's is padding: valid, followed by a cropping layer that takes as much from each side",
        },
        description:
          'same: the output is exactly strides times as large. valid: larger by what the window reaches beyond.',
      }),
      outputPadding: outputPaddingField(dimensions),
    }),
    outputShape: (args, inputShape) => shapeOf(args, inputShape, dimensions),
    weights: (args, inputShape) => convolutionWeights(args, kernelShape(args, inputShape)),
    build(args, context) {
      const {core} = context.tf;
      const outputShape = shapeOf(args, context.inputShape, dimensions);
      const window = {sizes: sizesOf(args.kernelSize, dimensions), strides: sizesOf(args.strides, dimensions)};
      const outputPadding = args.outputPadding === undefined ? undefined : sizesOf(args.outputPadding, dimensions);
      const activate = activationOf(context, args.activation);
      return createFunctionLayer(context, {
        // Stock TensorFlow.js would leave an outputPadding out without a word.
        className: `${outputPadding ? 'OutputPadded' : ''}Conv${dimensions}DTranspose`,
        config: {
          filters: args.filters,
          kernelSize: window.sizes,
          strides: window.strides,
          padding: args.padding,
          ...(outputPadding ? {outputPadding} : {}),
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
