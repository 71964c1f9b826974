import {Type} from '@sinclair/typebox';
import {runningSquare} from './adam-moments.js';
import {withPenalty} from './decay.js';
import {decayOf, epsilonOf, learningRate, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Steps in the size of earlier steps (Zeiler 2012), the numbers of torch.optim.Adadelta: with running means v of g² and d of δ²,
 * δ = √(d + epsilon) / √(v + epsilon) · g; p −= learningRate · δ.
 */
export const adadelta = defineOptimizer({
  type: 'adadelta',
  summary: 'Adadelta: steps sized by the ratio of recent updates to recent gradients.',
  args: Type.Object({
    learningRate: learningRate(1),
    rho: decayOf('the squared gradient and the squared update', 0.9),
    epsilon: epsilonOf('both means inside the roots', 1e-6),
    ...penaltyFields,
  }),
  rule(spec) {
    const {rho, epsilon} = spec;
    return withPenalty(spec, {
      slots: ['v', 'd'],
      scalars: (rate) => [rate],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const small = math.constant(epsilon);
        const square = runningSquare(math, rho, slots[0]!, gradient);
        const ratio = math.div(math.sqrt(math.add(slots[1]!, small)), math.sqrt(math.add(square, small)));
        const delta = math.mul(ratio, gradient);
        return {
          parameter: math.sub(parameter, math.mul(scalars[0]!, delta)),
          slots: [square, runningSquare(math, rho, slots[1]!, delta)],
        };
      },
    });
  },
});
