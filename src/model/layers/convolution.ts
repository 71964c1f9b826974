import {type Static, Type} from '@sinclair/typebox';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import {activationField, activations} from '../activations.js';
import {fansOf} from '../initializers/fans.js';
import type {BuildContext, LayerWeight, TfLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';
import {activationOf} from './apply-activation.js';
import {type Convolution, convolveImages, convolveVolumes} from './convolve.js';
import {kernelFields, paddingField} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {
  type Dimensions,
  inputNames,
  requireSpatial,
  type Sizes,
  type SlidingWindow,
  sizesField,
  sizesFieldWithDefault,
  sizesOf,
  slideOver,
} from './spatial.js';

/** Number of groups that channels and filters are split into. */
export const groupsField = () =>
  Type.Integer({
    minimum: 1,
    default: 1,
    description: 'Groups that input channels and filters are split into, each seeing only its own; divides both.',
  });

/** Distance between the values a window looks at. */
export const dilationField = (dimensions: Dimensions) =>
  sizesFieldWithDefault(
    dimensions,
    `Distance in ${inputNames[dimensions].unit} between neighbouring values of the window, where 1 leaves no gaps; above 1 only with strides: 1`,
    1,
  );

/** What all convolutions with a kernel of filters have in common. */
export const convolutionArguments = (dimensions: Dimensions) => {
  const {unit} = inputNames[dimensions];
  return Type.Object({
    filters: Type.Integer({minimum: 1, description: 'Number of output channels, at least 1.'}),
    kernelSize: sizesField(dimensions, `Size of the sliding window in ${unit}`),
    strides: sizesFieldWithDefault(dimensions, `Step of the window in ${unit}`, 1),
    padding: paddingField(),
    dilationRate: dilationField(dimensions),
    activation: activationField(),
    ...kernelFields,
  });
};

/** Arguments of any convolution as its shape inference and its builder take them. */
export type ConvolutionArguments = Omit<Readonly<Static<ReturnType<typeof convolutionArguments>>>, 'padding'> & {
  readonly padding: SlidingWindow['padding'];
  readonly groups?: number;
};

/** The arguments' window, one number per axis. @throws ShapeProblem for strides and dilation together */
export function windowOf(
  args: {
    readonly kernelSize: Sizes;
    readonly strides: Sizes;
    readonly padding: SlidingWindow['padding'];
    readonly dilationRate: Sizes;
  },
  dimensions: Dimensions,
): Omit<Convolution, 'groups'> {
  const strides = sizesOf(args.strides, dimensions);
  const dilations = sizesOf(args.dilationRate, dimensions);
  if (strides.some((stride) => stride > 1) && dilations.some((dilation) => dilation > 1)) {
    throw new ShapeProblem('has both strides and a dilationRate above 1', {
      field: 'dilationRate',
      hint: 'use one of them; a pooling layer after a dilated convolution makes it smaller',
    });
  }
  return {sizes: sizesOf(args.kernelSize, dimensions), strides, padding: args.padding, dilations};
}

/** Output of a convolution. @throws ShapeProblem when window or groups do not fit the input */
export function convolutionShape(args: ConvolutionArguments, inputShape: Shape, dimensions: Dimensions): Shape {
  const input = requireSpatial(inputShape, dimensions);
  const {groups = 1, filters} = args;
  for (const [count, what] of [
    [input.channels, 'channels it gets'],
    [filters, 'filters'],
  ] as const) {
    if (count % groups === 0) continue;
    throw new ShapeProblem(`has ${groups} groups, which the ${count} ${what} cannot be split into`, {
      field: 'groups',
      hint: 'choose a number that divides both the input channels and the filters',
    });
  }
  return [...slideOver(input, 'kernelSize', windowOf(args, dimensions)), filters];
}

/** Kernel and bias. */
export function convolutionWeights(
  args: Pick<ConvolutionArguments, 'useBias' | 'filters'> & WeightArguments,
  kernelShape: Shape,
): readonly LayerWeight[] {
  const kernel: LayerWeight = {
    name: 'kernel',
    shape: kernelShape,
    trainable: true,
    initializer: args.kernelInitializer,
    regularizer: args.kernelRegularizer,
  };
  return args.useBias ? [kernel, biasOf(args, args.filters, kernelShape)] : [kernel];
}

type WeightArguments = Pick<
  ConvolutionArguments,
  'kernelInitializer' | 'kernelRegularizer' | 'biasInitializer' | 'biasRegularizer'
>;

/** The bias of a layer with so many units; its fans are those of the kernel. */
export const biasOf = (
  args: Pick<ConvolutionArguments, 'biasInitializer' | 'biasRegularizer'>,
  units: number,
  kernelShape: Shape,
): LayerWeight => ({
  name: 'bias',
  role: 'bias',
  shape: [units],
  trainable: true,
  initializer: args.biasInitializer,
  fans: fansOf(kernelShape),
  regularizer: args.biasRegularizer,
});

/** Kernel of a convolution: [...kernelSize, channels / groups, filters]. */
export const convolutionKernelShape = (
  args: ConvolutionArguments,
  inputShape: Shape,
  dimensions: Dimensions,
): Shape => [...sizesOf(args.kernelSize, dimensions), inputShape.at(-1)! / (args.groups ?? 1), args.filters];

/** The layer of a convolution of any number of dimensions, saved as the stock one where stock TensorFlow.js can do as much. */
export function buildConvolution(args: ConvolutionArguments, context: BuildContext, dimensions: Dimensions): TfLayer {
  const {core} = context.tf;
  const outputShape = convolutionShape(args, context.inputShape, dimensions);
  const window = windowOf(args, dimensions);
  const {groups = 1} = args;
  const activate = activationOf(context, args.activation);
  return createFunctionLayer(context, {
    className: `Conv${dimensions}D`,
    config: {
      filters: args.filters,
      kernelSize: [...window.sizes],
      strides: [...window.strides],
      padding: args.padding,
      dataFormat: 'channelsLast',
      dilationRate: [...window.dilations],
      ...(groups > 1 ? {groups} : {}),
      activation: activations[args.activation],
      useBias: args.useBias,
      ...weightConfig(context, 'kernel'),
      ...(args.useBias ? weightConfig(context, 'bias') : {}),
    },
    outputShape,
    weights: convolutionWeights(args, convolutionKernelShape(args, context.inputShape, dimensions)),
    call(x, weight) {
      const images = convolve(x, weight('kernel'));
      const biased = args.useBias ? core.add(images, weight('bias')) : images;
      return core.reshape(activate(biased), [x.shape[0]!, ...outputShape] as number[]);
    },
  });

  /** The convolution as a batch of images, on which bias and activation are cheapest. */
  function convolve(x: Tensor, kernel: Tensor): Tensor4D {
    if (dimensions === 3) return convolveVolumes(core, x, kernel, {...window, groups});
    const image = dimensions === 2 ? {...window, x, kernel} : sequenceAsImage(context, x, kernel, window);
    return convolveImages(core, image.x as Tensor4D, image.kernel as Tensor4D, {...image, groups});
  }
}

/** A sequence, its kernel and its window as an image of height 1. `x` is [batch, length, channels]. */
export function sequenceAsImage<Window extends Omit<Convolution, 'groups'>>(
  {tf}: BuildContext,
  x: Tensor,
  kernel: Tensor,
  window: Window,
): Window & {x: Tensor4D; kernel: Tensor4D} {
  const [batch, length, channels] = x.shape as [number, number, number];
  return {
    ...window,
    sizes: [1, window.sizes[0]!],
    strides: [1, window.strides[0]!],
    dilations: [1, window.dilations[0]!],
    x: tf.core.reshape(x, [batch, 1, length, channels]) as Tensor4D,
    kernel: tf.core.expandDims(kernel, 0) as Tensor4D,
  };
}
