import {Type} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {type InitializerSpec, initializerField} from '../initializers/index.js';
import {defineLayer, type LayerWeight} from '../layer.js';
import {type RegularizerSpec, regularizerField} from '../regularizers/index.js';
import {ShapeProblem} from '../shape-problem.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';

/** One slope per value of an example, or one for all along the shared axes. @throws ShapeProblem for an axis that is not there */
function slopeShape(sharedAxes: readonly number[], inputShape: Shape): Shape {
  const beyond = sharedAxes.find((axis) => axis > inputShape.length);
  if (beyond === undefined) return inputShape.map((size, axis) => (sharedAxes.includes(axis + 1) ? 1 : size));
  throw new ShapeProblem(`shares axis ${beyond}, but what it gets has ${inputShape.length}`, {
    field: 'sharedAxes',
    hint: 'count the axes from 1; the batch is axis 0',
  });
}

interface Arguments {
  readonly sharedAxes: readonly number[];
  readonly alphaInitializer: InitializerSpec;
  readonly alphaRegularizer?: RegularizerSpec;
}

const weightsOf = (args: Arguments, inputShape: Shape): readonly LayerWeight[] => [
  {
    name: 'alpha',
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
    sharedAxes: Type.Array(Type.Integer({minimum: 1}), {
      default: [],
      uniqueItems: true,
      description:
        'Axes along which all values have the same slope, counted from 1: [1, 2] after a conv2d leaves one slope per channel, as PyTorch has it.',
    }),
    alphaInitializer: initializerField('How the slopes start.', 'zeros'),
    alphaRegularizer: regularizerField('Penalty on the slopes, added to the loss.'),
  }),
  outputShape({sharedAxes}, inputShape) {
    slopeShape(sharedAxes, inputShape);
    return inputShape;
  },
  weights: weightsOf,
  build(args, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: 'PReLU',
      config: {...weightConfig(context, 'alpha'), sharedAxes: args.sharedAxes.length > 0 ? [...args.sharedAxes] : null},
      outputShape: context.inputShape,
      weights: weightsOf(args, context.inputShape),
      call: (x, weight) => core.sub(core.relu(x), core.mul(weight('alpha'), core.relu(core.neg(x)))),
    });
  },
});
