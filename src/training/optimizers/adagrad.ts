import {Type} from '@sinclair/typebox';
import {withPenalty} from './decay.js';
import {epsilonOf, learningRate, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Steps divided by the root of all squared gradients so far (Duchi et al. 2011), the numbers of torch.optim.Adagrad without lr_decay:
 * sum += g²; p −= learningRate · g / (√(initialAccumulator + sum) + epsilon).
 */
export const adagrad = defineOptimizer({
  type: 'adagrad',
  summary: 'Adagrad: steps that shrink with the sum of the squared gradients so far.',
  args: Type.Object({
    learningRate: learningRate(0.01),
    initialAccumulator: Type.Number({
      default: 0,
      minimum: 0,
      description: 'What the sum of squares begins at; at least 0. PyTorch uses 0, Keras 0.1.',
    }),
    epsilon: epsilonOf('the root of the sum', 1e-10),
    ...penaltyFields,
  }),
  rule(spec) {
    const {initialAccumulator, epsilon} = spec;
    return withPenalty(spec, {
      slots: ['sum'],
      scalars: (rate) => [rate],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const sum = math.add(slots[0]!, math.mul(gradient, gradient));
        const whole = initialAccumulator > 0 ? math.add(sum, math.constant(initialAccumulator)) : sum;
        const update = math.div(math.mul(scalars[0]!, gradient), math.add(math.sqrt(whole), math.constant(epsilon)));
        return {parameter: math.sub(parameter, update), slots: [sum]};
      },
    });
  },
});
