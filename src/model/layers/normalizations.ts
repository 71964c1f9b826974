import {Type} from '@sinclair/typebox';
import type {Tensor} from '@tensorflow/tfjs-core';
import {formatShape, type Shape} from '../../support/tensor.js';
import {type BuildContext, defineLayer, type LayerWeight, type TfLayer} from '../layer.js';
import {keptMask} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {createFunctionLayer, weightConfig} from './function-layer.js';
import {axisOf} from './merge-shapes.js';
import {overGroups, standardize} from './standardize.js';

const epsilonField = (value: number, what: string) =>
  Type.Number({default: value, exclusiveMinimum: 0, description: `Added to the ${what}; above 0.`});

const centerAndScale = {
  center: Type.Boolean({default: true, description: 'Whether a learned offset (beta) is added.'}),
  scale: Type.Boolean({default: true, description: 'Whether a learned factor (gamma) is applied.'}),
};

interface AffineArguments {
  readonly center: boolean;
  readonly scale: boolean;
}

function requireChannels(inputShape: Shape): Shape {
  if (inputShape.length === 0) throw new ShapeProblem('wants at least one axis; it gets single numbers');
  return inputShape;
}

const startingWeight = (name: string, type: 'zeros' | 'ones', shape: Shape): LayerWeight => ({
  name,
  role: 'normalization',
  shape,
  trainable: true,
  initializer: {type},
});

/** gamma and beta, one of each per channel unless there are other axes. @param axes counted from 0, without the batch */
const affineWeights = (
  {center, scale}: AffineArguments,
  inputShape: Shape,
  axes: readonly number[] = [inputShape.length - 1],
): readonly LayerWeight[] => {
  const shape = axes.map((axis) => inputShape[axis]!);
  return [
    ...(scale ? [startingWeight('gamma', 'ones', shape)] : []),
    ...(center ? [startingWeight('beta', 'zeros', shape)] : []),
  ];
};

/** A layer that standardizes and then applies gamma and beta. */
function buildAffine(
  className: string,
  args: AffineArguments & {readonly epsilon: number},
  context: BuildContext,
  config: Record<string, number | number[]>,
  standardized: (x: Tensor) => Tensor,
  axes: readonly number[] = [context.inputShape.length - 1],
): TfLayer {
  const {core} = context.tf;
  const wideShape = context.inputShape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const isLast = axes.length === 1 && axes[0] === context.inputShape.length - 1;
  /** gamma or beta in the shape that lines up with x. */
  const wide = (value: Tensor): Tensor => (isLast ? value : core.reshape(value, wideShape));
  const {center, scale, epsilon} = args;
  return createFunctionLayer(context, {
    className,
    config: {
      ...config,
      epsilon,
      center,
      scale,
      ...(scale ? weightConfig(context, 'gamma') : {}),
      ...(center ? weightConfig(context, 'beta') : {}),
    },
    outputShape: context.inputShape,
    weights: affineWeights(args, context.inputShape, axes),
    call(x, weight) {
      const value = standardized(x);
      const scaled = scale ? core.mul(value, wide(weight('gamma'))) : value;
      return center ? core.add(scaled, wide(weight('beta'))) : scaled;
    },
  });
}

type Axes = number | readonly number[];

/** Each axis once, counted from 0 and in order. @throws ShapeProblem for one that is not there */
const axesOf = (axis: Axes, inputShape: Shape): number[] => {
  const found = [axis].flat().map((one) => axisOf(one, inputShape, 'axis'));
  return [...new Set(found)].sort((a, b) => a - b);
};

export const layerNormalization = defineLayer({
  type: 'layerNormalization',
  summary: 'Normalizes each example to mean 0 and variance 1, along the last axis unless said (Ba et al. 2016).',
  shapes: '[..., channels] → the same',
  example: '{type: layerNormalization, epsilon: 1.0e-5}',
  args: Type.Object({
    axis: Type.Unsafe<Axes>({
      anyOf: [Type.Integer(), Type.Array(Type.Integer(), {minItems: 1})],
      'x-expected': 'an axis, or a list of axes',
      default: -1,
      description:
        'The axis or axes that mean and variance are taken over and that have learned factors and offsets: 0 is the first, -1 the last; the batch does not count.',
    }),
    epsilon: Type.Number({
      default: 0.001,
      exclusiveMinimum: 0,
      description: "Added to the variance; above 0. The default is Keras's, PyTorch's is 1e-5.",
    }),
    ...centerAndScale,
  }),
  outputShape({axis}, inputShape) {
    axesOf(axis, requireChannels(inputShape));
    return inputShape;
  },
  weights: (args, inputShape) => affineWeights(args, inputShape, axesOf(args.axis, inputShape)),
  mask: () => keptMask,
  build(args, context) {
    const {core} = context.tf;
    const axes = axesOf(args.axis, context.inputShape);
    const withBatch = axes.map((axis) => axis + 1);
    const average = (x: Tensor): Tensor => core.mean(x, withBatch, true);
    const standardized = (x: Tensor): Tensor => standardize(core, x, average, args.epsilon);
    return buildAffine('LayerNormalization', args, context, {axis: withBatch}, standardized, axes);
  },
});

/** The number of groups that Keras's -1 or a number comes to. @throws ShapeProblem when the channels cannot be split so */
function groupsOf(groups: number, inputShape: Shape): number {
  const channels = requireChannels(inputShape).at(-1)!;
  if (groups === -1) return channels;
  if (channels % groups === 0) return groups;
  throw new ShapeProblem(
    `has ${groups} groups, which the ${channels} channels of ${formatShape(inputShape)} cannot be split into`,
    {
      field: 'groups',
      hint: `choose a divisor of ${channels}`,
    },
  );
}

export const groupNormalization = defineLayer({
  type: 'groupNormalization',
  summary: 'Normalizes groups of channels of each example to mean 0 and variance 1, over all positions (Wu & He 2018).',
  shapes: '[..., channels] → the same',
  example: '{type: groupNormalization, groups: -1}',
  args: Type.Object({
    groups: Type.Unsafe<number>({
      anyOf: [Type.Integer({minimum: 1}), Type.Literal(-1)],
      'x-expected': 'a whole number of at least 1, or -1',
      default: 32,
      description:
        'Number of groups, a divisor of the channels. 1 normalizes over everything, -1 each channel by itself (instance normalization).',
    }),
    epsilon: Type.Number({
      default: 0.001,
      exclusiveMinimum: 0,
      description: "Added to the variance; above 0. The default is Keras's, PyTorch's is 1e-5.",
    }),
    ...centerAndScale,
  }),
  outputShape({groups}, inputShape) {
    groupsOf(groups, inputShape);
    return inputShape;
  },
  weights: (args, inputShape) => affineWeights(args, inputShape),
  mask: () => keptMask,
  build(args, context) {
    const {core} = context.tf;
    const groups = groupsOf(args.groups, context.inputShape);
    return buildAffine('GroupNormalization', args, context, {groups: args.groups, axis: -1}, (x) =>
      standardize(core, x, overGroups(core, groups), args.epsilon),
    );
  },
});

export const rmsNormalization = defineLayer({
  type: 'rmsNormalization',
  summary:
    'Divides the last axis of each example by its root mean square and multiplies by a learned factor (Zhang & Sennrich 2019).',
  shapes: '[..., channels] → the same',
  example: '{type: rmsNormalization}',
  args: Type.Object({epsilon: epsilonField(1e-6, 'mean square')}),
  outputShape: (_args, inputShape) => requireChannels(inputShape),
  weights: (_args, inputShape) => [startingWeight('scale', 'ones', inputShape.slice(-1))],
  mask: () => keptMask,
  build({epsilon}, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: 'RMSNormalization',
      config: {axis: -1, epsilon},
      outputShape: context.inputShape,
      weights: [startingWeight('scale', 'ones', context.inputShape.slice(-1))],
      call(x, weight) {
        const meanSquare = core.mean(core.square(x), -1, true);
        return core.mul(core.mul(x, core.rsqrt(core.add(meanSquare, epsilon))), weight('scale'));
      },
    });
  },
});

export const unitNormalization = defineLayer({
  type: 'unitNormalization',
  summary: 'Divides the last axis of each example by its Euclidean length, of which at least 1e-6 is taken.',
  shapes: '[..., channels] → the same',
  example: '{type: unitNormalization}',
  args: Type.Object({}),
  outputShape: (_args, inputShape) => requireChannels(inputShape),
  weights: () => [],
  mask: () => keptMask,
  build(_args, context) {
    const {core} = context.tf;
    return createFunctionLayer(context, {
      className: 'UnitNormalization',
      config: {axis: -1},
      outputShape: context.inputShape,
      call(x) {
        const squaredLength = core.sum(core.square(x), -1, true);
        return core.mul(x, core.rsqrt(core.maximum(squaredLength, 1e-12)));
      },
    });
  },
});
