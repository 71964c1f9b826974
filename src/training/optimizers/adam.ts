import {Type} from '@sinclair/typebox';
import {adamRule} from './adam-moments.js';
import {amsgrad, learningRate, momentFields} from './fields.js';
import {defineOptimizer, forEveryWeight} from './rule.js';

/** Adam (Kingma & Ba 2015), the numbers of torch.optim.Adam. */
export const adam = defineOptimizer({
  type: 'adam',
  summary: 'Adam: steps scaled by running means of the gradient and of its square.',
  args: Type.Object({learningRate: learningRate(0.001), ...momentFields, amsgrad}),
  rule: (spec) => forEveryWeight(adamRule(spec)),
});
