import {Type} from '@sinclair/typebox';
import {activations} from '../activations.js';
import {defineLayer} from '../layer.js';
import {
  buildConvolution,
  convolutionArguments,
  convolutionKernelShape,
  convolutionShape,
  convolutionWeights,
  groupsField,
  windowOf,
} from './convolution.js';

type Pair = [number, number];

/** Two-dimensional cross-correlation, channels last. */
export const conv2d = defineLayer({
  type: 'conv2d',
  summary: 'Slides learned filters over an image; each filter yields one channel.',
  shapes: '[height, width, channels] → [height / strides, width / strides, filters]',
  example: '{type: conv2d, filters: 32, kernelSize: 5, padding: same, activation: relu}',
  args: Type.Object({...convolutionArguments(2).properties, groups: groupsField()}),
  outputShape: (args, inputShape) => convolutionShape(args, inputShape, 2),
  weights: (args, inputShape) => convolutionWeights(args, convolutionKernelShape(args, inputShape, 2)),
  build(args, context) {
    const {tf, name, initializer, regularizer} = context;
    const {sizes, strides, dilations} = windowOf(args, 2);
    // Stock TensorFlow.js knows no groups and has no gradient for dilation.
    if (args.groups > 1 || dilations.some((dilation) => dilation > 1)) return buildConvolution(args, context, 2);
    const kernelRegularizer = regularizer('kernel');
    const biasRegularizer = regularizer('bias');
    return tf.layers.layers.conv2d({
      name,
      filters: args.filters,
      kernelSize: sizes as Pair,
      strides: strides as Pair,
      padding: args.padding,
      activation: activations[args.activation],
      useBias: args.useBias,
      kernelInitializer: initializer('kernel'),
      ...(args.useBias ? {biasInitializer: initializer('bias')} : {}),
      ...(kernelRegularizer ? {kernelRegularizer} : {}),
      ...(biasRegularizer ? {biasRegularizer} : {}),
    });
  },
});
