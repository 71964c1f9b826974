import {Type} from '@sinclair/typebox';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Shape} from '../../support/tensor.js';
import {type ActivationName, activationField, activations} from '../activations.js';
import {type InitializerSpec, initializerField} from '../initializers/index.js';
import {type BuildContext, defineLayer, type LayerWeight, type TfLayer} from '../layer.js';
import {type RegularizerSpec, regularizerField} from '../regularizers/index.js';
import {activationOf} from './apply-activation.js';
import {biasOf, dilationField, sequenceAsImage, windowOf} from './convolution.js';
import {convolveDepthwise} from './convolve.js';
import {kernelFields, type Padding, paddingField} from './fields.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {
  inputNames,
  requireSpatial,
  type Sizes,
  sizesField,
  sizesFieldWithDefault,
  sizesOf,
  slideOver,
} from './spatial.js';

/** Arguments of depthwise and separable convolutions; `filters` belongs to separable ones. */
interface DepthwiseArguments {
  readonly kernelSize: Sizes;
  readonly strides: Sizes;
  readonly padding: Padding;
  readonly dilationRate: Sizes;
  readonly depthMultiplier: number;
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly biasInitializer: InitializerSpec;
  readonly biasRegularizer?: RegularizerSpec;
  readonly depthwiseInitializer: InitializerSpec;
  readonly depthwiseRegularizer?: RegularizerSpec;
  readonly filters?: number;
  readonly pointwiseInitializer?: InitializerSpec;
  readonly pointwiseRegularizer?: RegularizerSpec;
}

type Flat = 1 | 2;

const depthwiseFields = (dimensions: Flat) => {
  const {useBias, biasInitializer, biasRegularizer} = kernelFields;
  const {unit} = inputNames[dimensions];
  return {
    kernelSize: sizesField(dimensions, `Size of the sliding window in ${unit}`),
    strides: sizesFieldWithDefault(dimensions, `Step of the window in ${unit}`, 1),
    padding: paddingField(),
    dilationRate: dilationField(dimensions),
    depthMultiplier: Type.Integer({minimum: 1, default: 1, description: 'Kernels per input channel, at least 1.'}),
    activation: activationField(),
    useBias,
    depthwiseInitializer: initializerField("How the channels' kernels start.", 'glorotUniform'),
    biasInitializer,
    depthwiseRegularizer: regularizerField("Penalty on the channels' kernels, added to the loss."),
    biasRegularizer,
  };
};

function shapeOf(args: DepthwiseArguments, inputShape: Shape, dimensions: Flat): Shape {
  const input = requireSpatial(inputShape, dimensions);
  const sizes = slideOver(input, 'kernelSize', windowOf(args, dimensions));
  return [...sizes, args.filters ?? input.channels * args.depthMultiplier];
}

function weightsOf(args: DepthwiseArguments, inputShape: Shape, dimensions: Flat): readonly LayerWeight[] {
  const channels = inputShape.at(-1)!;
  const {depthMultiplier, filters, pointwiseInitializer, pointwiseRegularizer} = args;
  const shape = [...sizesOf(args.kernelSize, dimensions), channels, depthMultiplier];
  const depthwise: LayerWeight = {
    name: 'depthwise_kernel',
    shape,
    trainable: true,
    initializer: args.depthwiseInitializer,
    regularizer: args.depthwiseRegularizer,
  };
  if (filters === undefined || pointwiseInitializer === undefined) {
    return args.useBias ? [depthwise, biasOf(args, channels * depthMultiplier, shape)] : [depthwise];
  }
  const pointwise: LayerWeight = {
    name: 'pointwise_kernel',
    shape: [...Array<number>(dimensions).fill(1), channels * depthMultiplier, filters],
    trainable: true,
    initializer: pointwiseInitializer,
    regularizer: pointwiseRegularizer,
  };
  return args.useBias ? [depthwise, pointwise, biasOf(args, filters, pointwise.shape)] : [depthwise, pointwise];
}

function build(args: DepthwiseArguments, context: BuildContext, dimensions: Flat): TfLayer {
  const {core} = context.tf;
  const outputShape = shapeOf(args, context.inputShape, dimensions);
  const window = windowOf(args, dimensions);
  const activate = activationOf(context, args.activation);
  const isSeparable = args.filters !== undefined;
  // Stock TensorFlow.js leaves out the dilation of a DepthwiseConv2D, so a dilated one must not load there.
  const isDilated = window.dilations.some((dilation) => dilation > 1);
  const kind = isSeparable ? 'Separable' : isDilated ? 'DilatedDepthwise' : 'Depthwise';
  return createFunctionLayer(context, {
    className: `${kind}Conv${dimensions}D`,
    config: {
      ...(args.filters === undefined ? {} : {filters: args.filters}),
      kernelSize: [...window.sizes],
      strides: [...window.strides],
      padding: args.padding,
      dataFormat: 'channelsLast',
      dilationRate: [...window.dilations],
      depthMultiplier: args.depthMultiplier,
      activation: activations[args.activation],
      useBias: args.useBias,
      ...weightConfig(context, 'depthwise_kernel', 'depthwise'),
      ...(isSeparable ? weightConfig(context, 'pointwise_kernel', 'pointwise') : {}),
      ...(args.useBias ? weightConfig(context, 'bias') : {}),
    },
    outputShape,
    weights: weightsOf(args, context.inputShape, dimensions),
    call(x, weight) {
      const kernel = weight('depthwise_kernel');
      const image = dimensions === 2 ? {...window, x, kernel} : sequenceAsImage(context, x, kernel, window);
      let images: Tensor = convolveDepthwise(core, image.x as Tensor4D, image.kernel as Tensor4D, image);
      if (isSeparable) {
        const pointwise = weight('pointwise_kernel');
        const shape = [1, 1, ...pointwise.shape.slice(-2)] as [number, number, number, number];
        images = core.conv2d(images as Tensor4D, core.reshape(pointwise, shape), 1, 'valid');
      }
      const biased = args.useBias ? core.add(images, weight('bias')) : images;
      return core.reshape(activate(biased), [x.shape[0]!, ...outputShape] as number[]);
    },
  });
}

const spatialAxes = {1: ['length'], 2: ['height', 'width']} as const;

const shapesText = (dimensions: Flat, channels: string): string => {
  const axes = spatialAxes[dimensions];
  return `[${axes.join(', ')}, channels] → [${axes.map((axis) => `${axis} / strides`).join(', ')}, ${channels}]`;
};

/** A convolution of each channel by itself. */
function defineDepthwise<const Name extends string>(type: Name, dimensions: Flat) {
  return defineLayer({
    type,
    summary: 'Slides learned kernels over every channel by itself, without mixing channels (Howard et al. 2017).',
    shapes: shapesText(dimensions, 'channels · depthMultiplier'),
    example: `{type: ${type}, kernelSize: 3, padding: same, activation: relu}`,
    args: Type.Object(depthwiseFields(dimensions)),
    outputShape: (args, inputShape) => shapeOf(args, inputShape, dimensions),
    weights: (args, inputShape) => weightsOf(args, inputShape, dimensions),
    build: (args, context) => build(args, context, dimensions),
  });
}

/** A depthwise convolution followed by one of a single position that mixes the channels. */
function defineSeparable<const Name extends string>(type: Name, dimensions: Flat) {
  return defineLayer({
    type,
    summary: 'A convolution of every channel by itself, then one that mixes them, position by position (Chollet 2017).',
    shapes: shapesText(dimensions, 'filters'),
    example: `{type: ${type}, filters: 16, kernelSize: 3, padding: same, activation: relu}`,
    args: Type.Object({
      filters: Type.Integer({minimum: 1, description: 'Number of output channels, at least 1.'}),
      ...depthwiseFields(dimensions),
      pointwiseInitializer: initializerField('How the kernel that mixes the channels starts.', 'glorotUniform'),
      pointwiseRegularizer: regularizerField('Penalty on the kernel that mixes the channels, added to the loss.'),
    }),
    outputShape: (args, inputShape) => shapeOf(args, inputShape, dimensions),
    weights: (args, inputShape) => weightsOf(args, inputShape, dimensions),
    build: (args, context) => build(args, context, dimensions),
  });
}

export const depthwiseConv1d = defineDepthwise('depthwiseConv1d', 1);
export const depthwiseConv2d = defineDepthwise('depthwiseConv2d', 2);
export const separableConv1d = defineSeparable('separableConv1d', 1);
export const separableConv2d = defineSeparable('separableConv2d', 2);
