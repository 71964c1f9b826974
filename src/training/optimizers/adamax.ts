import {Type} from '@sinclair/typebox';
import {runningMean} from './adam-moments.js';
import {withPenalty} from './decay.js';
import {decayOf, epsilonOf, learningRate, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Adam with the infinity norm in place of the second moment (Kingma & Ba 2015, algorithm 2), the numbers of torch.optim.Adamax:
 * u = max(beta2 · u, |g| + epsilon); p −= learningRate / (1 − beta1^t) · m / u.
 */
export const adamax = defineOptimizer({
  type: 'adamax',
  summary: 'Adamax: Adam scaled by the largest recent gradient instead of a mean of squares.',
  args: Type.Object({
    learningRate: learningRate(0.002),
    beta1: decayOf('the gradient', 0.9),
    beta2: Type.Number({
      default: 0.999,
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'How the largest gradient so far fades from step to step; in [0, 1).',
    }),
    epsilon: epsilonOf('the absolute gradient', 1e-8),
    ...penaltyFields,
  }),
  rule(spec) {
    const {beta1, beta2, epsilon} = spec;
    return withPenalty(spec, {
      slots: ['m', 'u'],
      scalars: (rate, step) => [rate / (1 - beta1 ** step)],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const mean = runningMean(math, beta1, slots[0]!, gradient);
        const latest = math.add(math.abs(gradient), math.constant(epsilon));
        const largest = math.max(math.mul(math.constant(beta2), slots[1]!), latest);
        const update = math.div(math.mul(scalars[0]!, mean), largest);
        return {parameter: math.sub(parameter, update), slots: [mean, largest]};
      },
    });
  },
});
