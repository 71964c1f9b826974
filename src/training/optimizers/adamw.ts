import {Type} from '@sinclair/typebox';
import {momentScalars, momentUpdate} from './adam-moments.js';
import {learningRate, momentFields} from './fields.js';
import {defineOptimizer} from './rule.js';

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019): p is first multiplied by 1 − learningRate·weightDecay; the numbers of torch.optim.AdamW. */
export const adamw = defineOptimizer({
  type: 'adamw',
  summary: 'AdamW: Adam with weight decay applied to the weights themselves instead of their gradients.',
  args: Type.Object({
    learningRate: learningRate(0.001),
    ...momentFields,
    weightDecay: Type.Number({
      default: 0.01,
      minimum: 0,
      description: 'Each step shrinks every weight by learningRate times this; at least 0.',
    }),
  }),
  rule: (spec) => ({
    slots: ['m', 'v'],
    scalars: (rate, step) => [...momentScalars(spec, rate, step), 1 - rate * spec.weightDecay],
    update: (math, input) =>
      momentUpdate(math, spec, {...input, parameter: math.mul(input.parameter, input.scalars[2]!)}),
  }),
});
