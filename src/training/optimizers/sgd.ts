import {Type} from '@sinclair/typebox';
import {withPenalty} from './decay.js';
import {learningRate, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Stochastic gradient descent as torch.optim.SGD computes it (no dampening): g += weightDecay·p; buffer = momentum·buffer + g;
 * p −= learningRate · (nesterov ? g + momentum·buffer : buffer). The buffer starts at zero, so its first value is the gradient.
 */
export const sgd = defineOptimizer({
  type: 'sgd',
  summary: 'Stochastic gradient descent, with optional momentum, Nesterov momentum and L2 weight decay.',
  args: Type.Object({
    learningRate: learningRate(0.01),
    momentum: Type.Number({
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the last update carried over; in [0, 1), 0 for none.',
    }),
    nesterov: Type.Boolean({
      default: false,
      description: 'Look ahead along the momentum (Nesterov); needs momentum above 0.',
    }),
    ...penaltyFields,
  }),
  rule(spec) {
    const {momentum, nesterov} = spec;
    return withPenalty(spec, {
      slots: momentum > 0 ? ['momentum'] : [],
      scalars: (rate) => [rate],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const descend = (direction: Value) => math.sub(parameter, math.mul(scalars[0]!, direction));
        if (momentum === 0) return {parameter: descend(gradient), slots: []};
        const factor = math.constant(momentum);
        const buffer = math.add(math.mul(factor, slots[0]!), gradient);
        return {parameter: descend(nesterov ? math.add(gradient, math.mul(factor, buffer)) : buffer), slots: [buffer]};
      },
    });
  },
});
