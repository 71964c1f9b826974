import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {type InitializerSpec, initializerField} from '../initializers/index.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {keptMask} from '../masks.js';
import {type RegularizerSpec, regularizerField} from '../regularizers/index.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {axisOf} from './merge-shapes.js';

/** One slope per value of an example, or one for all along the shared axes. @throws ShapeProblem for an axis that is not there */
function slopeShape(sharedAxes: readonly number[], inputShape: Shape): Shape {
  const shared = sharedAxes.map((axis) => axisOf(axis, inputShape, 'sharedAxes'));
  return inputShape.map((size, axis) => (shared.includes(axis) ? 1 : size));
}

interface Arguments {
  readonly sharedAxes: readonly number[];
  readonly alphaInitializer: InitializerSpec;
  readonly alphaRegularizer?: RegularizerSpec;
}

const weightsOf = (args: Arguments, inputShape: Shape): readonly LayerWeight[] => [
  {
    name: 'alpha',
    role: 'scale',
    shape: slopeShape(args.sharedAxes, inputShape),
    trainable: true,
    initializer: args.alphaInitializer,
    regularizer: args.alphaRegularizer,
  },
];

export const prelu = defineLayer({
  type: 'prelu',
  summary: 'max(x, 0) + alpha · min(x, 0) with learned slopes alpha (He et al. 2015).',
  shapes: '[...] → the same',
  example: '{type: prelu, alphaInitializer: {type: constant, value: 0.25}}',
  args: Type.Object({
    sharedAxes: Type.Array(Type.Integer(), {
      default: [],
      uniqueItems: true,
      description:
        'Axes along which all values have the same slope: 0 is the first, -1 the last; the batch does not count. [0, 1] after a conv2d leaves one slope per channel, as PyTorch has it.',
    }),
    alphaInitializer: initializerField('How the slopes start.', 'zeros'),
    alphaRegularizer: regularizerField('Penalty on the slopes, added to the loss.'),
  }),
  outputShape({sharedAxes}, inputShape) {
    slopeShape(sharedAxes, inputShape);
    return inputShape;
  },
  weights: weightsOf,
  mask: () => keptMask,
  build(args, context) {
    const {core} = context.tf;
    const sharedAxes = args.sharedAxes.map((axis) => axisOf(axis, context.inputShape, 'sharedAxes') + 1);
    return createFunctionLayer(context, {
      className: 'PReLU',
      config: {...weightConfig(context, 'alpha'), sharedAxes: sharedAxes.length > 0 ? sharedAxes : null},
      outputShape: context.inputShape,
      weights: weightsOf(args, context.inputShape),
      call: (x, weight) => core.sub(core.relu(x), core.mul(weight('alpha'), core.relu(core.neg(x)))),
    });
  },
});
