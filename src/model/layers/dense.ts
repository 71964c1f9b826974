import {Type} from '@sinclair/typebox';
import {activationField, activations} from '../activations.js';
import {fansOf} from '../initializers/fans.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {keptMask} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {kernelFields} from './fields.js';

/** Fully connected: activation(x · kernel + bias) over the last axis. */
export const dense = defineLayer({
  type: 'dense',
  summary: 'Fully connected: every unit is a weighted sum of all inputs, plus a bias.',
  shapes: '[..., inputs] → [..., units]',
  example: '{type: dense, units: 10, activation: relu}',
  args: Type.Object({
    units: Type.Integer({minimum: 1, description: 'Number of outputs, at least 1.'}),
    activation: activationField(),
    ...kernelFields,
  }),
  outputShape({units}, inputShape) {
    if (inputShape.length === 0) {
      throw new ShapeProblem('wants a vector of inputs; it gets single numbers', {
        hint: 'add {type: reshape, targetShape: [1]} before it',
      });
    }
    return [...inputShape.slice(0, -1), units];
  },
  weights(args, inputShape) {
    const shape = [inputShape.at(-1)!, args.units];
    const kernel: LayerWeight = {
      name: 'kernel',
      shape,
      trainable: true,
      initializer: args.kernelInitializer,
      regularizer: args.kernelRegularizer,
    };
    const bias: LayerWeight = {
      name: 'bias',
      role: 'bias',
      shape: [args.units],
      trainable: true,
      initializer: args.biasInitializer,
      fans: fansOf(shape),
      regularizer: args.biasRegularizer,
    };
    return args.useBias ? [kernel, bias] : [kernel];
  },
  mask: () => keptMask,
  build(args, {tf, name, initializer, regularizer}) {
    const kernelRegularizer = regularizer('kernel');
    const biasRegularizer = regularizer('bias');
    return tf.layers.layers.dense({
      name,
      units: args.units,
      activation: activations[args.activation],
      useBias: args.useBias,
      kernelInitializer: initializer('kernel'),
      ...(args.useBias ? {biasInitializer: initializer('bias')} : {}),
      ...(kernelRegularizer ? {kernelRegularizer} : {}),
      ...(biasRegularizer ? {biasRegularizer} : {}),
    });
  },
});
