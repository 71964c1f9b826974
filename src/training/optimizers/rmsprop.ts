import {Type} from '@sinclair/typebox';
import {runningMean, runningSquare} from './adam-moments.js';
import {withPenalty} from './decay.js';
import {decayOf, epsilonOf, learningRate, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Steps divided by the root of a running mean of squares (Tieleman & Hinton 2012), the numbers of torch.optim.RMSprop: epsilon stands
 * outside the root (Keras and TensorFlow have it inside), and momentum gathers the scaled gradients before the learning rate.
 */
export const rmsprop = defineOptimizer({
  type: 'rmsprop',
  summary: 'RMSprop: steps scaled by a running mean of the squared gradient, with optional centring and momentum.',
  args: Type.Object({
    learningRate: learningRate(0.01),
    rho: decayOf('the squared gradient', 0.99),
    epsilon: epsilonOf('the root', 1e-8),
    momentum: Type.Number({
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the last update carried over; in [0, 1), 0 for none.',
    }),
    centered: Type.Boolean({
      default: false,
      description: "Divide by the root of the gradient's variance instead of its mean square.",
    }),
    ...penaltyFields,
  }),
  rule(spec) {
    const {rho, epsilon, momentum, centered} = spec;
    return withPenalty(spec, {
      slots: ['v', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
      scalars: (rate) => [rate],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const square = runningSquare(math, rho, slots[0]!, gradient);
        const next = [square];
        let spread = square;
        if (centered) {
          const mean = runningMean(math, rho, slots[1]!, gradient);
          next.push(mean);
          // Rounding could take a variance of nothing below zero.
          spread = math.max(math.sub(square, math.mul(mean, mean)), math.constant(0));
        }
        let update = math.div(gradient, math.add(math.sqrt(spread), math.constant(epsilon)));
        if (momentum > 0) {
          update = math.add(math.mul(math.constant(momentum), slots.at(-1)!), update);
          next.push(update);
        }
        return {parameter: math.sub(parameter, math.mul(scalars[0]!, update)), slots: next};
      },
    });
  },
});
