import {Type} from '@sinclair/typebox';
import {activationField, activations} from '../activations.js';
import {fansOf} from '../initializers/fans.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {kernelFields, paddingField, pairField, pairFieldWithDefault, pairOf} from './fields.js';
import {requireImage, slideWindow} from './images.js';

/** Two-dimensional cross-correlation, channels last. */
export const conv2d = defineLayer({
  type: 'conv2d',
  summary: 'Slides learned filters over an image; each filter yields one channel.',
  shapes: '[height, width, channels] → [height / strides, width / strides, filters]',
  example: '{type: conv2d, filters: 32, kernelSize: 5, padding: same, activation: relu}',
  args: Type.Object({
    filters: Type.Integer({minimum: 1, description: 'Number of output channels, at least 1.'}),
    kernelSize: pairField('Size of the sliding window in pixels: one number, or [height, width].'),
    strides: pairFieldWithDefault('Step of the window in pixels: one number, or [height, width].', 1),
    padding: paddingField(),
    activation: activationField(),
    ...kernelFields,
  }),
  outputShape(args, inputShape) {
    const image = requireImage(inputShape);
    const size = slideWindow(image, 'kernelSize', pairOf(args.kernelSize), pairOf(args.strides), args.padding);
    return [...size, args.filters];
  },
  weights(args, inputShape) {
    const shape = [...pairOf(args.kernelSize), inputShape[2]!, args.filters];
    const kernel: LayerWeight = {
      name: 'kernel',
      shape,
      trainable: true,
      initializer: args.kernelInitializer,
      regularizer: args.kernelRegularizer,
    };
    const bias: LayerWeight = {
      name: 'bias',
      shape: [args.filters],
      trainable: true,
      initializer: args.biasInitializer,
      fans: fansOf(shape),
      regularizer: args.biasRegularizer,
    };
    return args.useBias ? [kernel, bias] : [kernel];
  },
  build(args, {tf, name, initializer, regularizer}) {
    const kernelRegularizer = regularizer('kernel');
    const biasRegularizer = regularizer('bias');
    return tf.layers.layers.conv2d({
      name,
      filters: args.filters,
      kernelSize: pairOf(args.kernelSize),
      strides: pairOf(args.strides),
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
