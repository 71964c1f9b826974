import {Type} from '@sinclair/typebox';
import {adamRule} from './adam-moments.js';
import {withDecoupledDecay} from './decay.js';
import {amsgrad, decoupledFields, learningRate, momentFields} from './fields.js';
import {defineOptimizer} from './rule.js';

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019): p is first multiplied by 1 − learningRate·weightDecay; the numbers of torch.optim.AdamW. */
export const adamw = defineOptimizer({
  type: 'adamw',
  summary: 'AdamW: Adam with weight decay applied to the weights themselves instead of their gradients.',
  args: Type.Object({learningRate: learningRate(0.001), ...momentFields, amsgrad, ...decoupledFields(0.01)}),
  rule: (spec) => withDecoupledDecay(spec, adamRule(spec)),
});
