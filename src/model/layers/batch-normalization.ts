import {Type} from '@sinclair/typebox';
import {defineLayer, type LayerWeight} from '../layer.js';
import {keptMask} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {createBatchNormalization} from './batch-normalization-layer.js';

export const batchNormalization = defineLayer({
  type: 'batchNormalization',
  summary:
    'Normalizes every channel to mean 0 and variance 1: over the batch in training, by moving statistics afterwards (Ioffe & Szegedy 2015).',
  shapes: '[..., channels] → the same',
  example: '{type: batchNormalization}',
  args: Type.Object({
    momentum: Type.Number({
      default: 0.99,
      minimum: 0,
      maximum: 1,
      description:
        "Share of the old value in a moving statistic's update, in [0, 1]. PyTorch's momentum 0.1 is 0.9 here; lower it for short trainings.",
    }),
    epsilon: Type.Number({default: 0.001, exclusiveMinimum: 0, description: 'Added to the variance; above 0.'}),
    center: Type.Boolean({default: true, description: 'Whether a learned offset (beta) is added.'}),
    scale: Type.Boolean({default: true, description: 'Whether a learned factor (gamma) is applied.'}),
  }),
  outputShape(_args, inputShape) {
    if (inputShape.length === 0) throw new ShapeProblem('wants at least one axis; it gets single numbers');
    return inputShape;
  },
  weights({center, scale}, inputShape) {
    const weight = (name: string, trainable: boolean, type: 'zeros' | 'ones'): LayerWeight => ({
      name,
      role: 'normalization',
      shape: [inputShape.at(-1)!],
      trainable,
      initializer: {type},
    });
    return [
      ...(scale ? [weight('gamma', true, 'ones')] : []),
      ...(center ? [weight('beta', true, 'zeros')] : []),
      weight('moving_mean', false, 'zeros'),
      weight('moving_variance', false, 'ones'),
    ];
  },
  mask: () => keptMask,
  build: (args, {tf, name}) => createBatchNormalization(tf, {...args, name}),
});
