import {Type} from '@sinclair/typebox';
import {momentScalars, momentUpdate} from './adam-moments.js';
import {learningRate, momentFields} from './fields.js';
import {defineOptimizer} from './rule.js';

/** Adam (Kingma & Ba 2015), the numbers of torch.optim.Adam. */
export const adam = defineOptimizer({
  type: 'adam',
  summary: 'Adam: steps scaled by running means of the gradient and of its square.',
  args: Type.Object({learningRate: learningRate(0.001), ...momentFields}),
  rule: (spec) => ({
    slots: ['m', 'v'],
    scalars: (rate, step) => momentScalars(spec, rate, step),
    update: (math, input) => momentUpdate(math, spec, input),
  }),
});
