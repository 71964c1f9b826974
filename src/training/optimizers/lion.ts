import {Type} from '@sinclair/typebox';
import {runningMean} from './adam-moments.js';
import {withDecoupledDecay} from './decay.js';
import {decayOf, decoupledFields, learningRate} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/** −1, 0 or 1, without an instruction of its own: two factors of 1e30 lift any float32 above 1, even a subnormal one. */
function sign<Value>(math: Elementwise<Value>, value: Value): Value {
  const large = math.constant(1e30);
  const lifted = math.mul(math.mul(value, large), large);
  return math.max(math.min(lifted, math.constant(1)), math.constant(-1));
}

/**
 * Sign of an interpolated momentum, with decoupled weight decay (Chen et al. 2023, algorithm 2):
 * p −= learningRate · (sign(beta1 · m + (1 − beta1) · g) + weightDecay · p); m = beta2 · m + (1 − beta2) · g.
 */
export const lion = defineOptimizer({
  type: 'lion',
  summary: "Lion: steps of equal size in the direction of the momentum's sign; wants a small learning rate.",
  args: Type.Object({
    learningRate: learningRate(1e-4),
    beta1: Type.Number({
      default: 0.9,
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Share of the momentum in the direction of a step, beside the new gradient; in [0, 1).',
    }),
    beta2: decayOf('the gradient', 0.99),
    ...decoupledFields(0),
  }),
  rule(spec) {
    const {beta1, beta2} = spec;
    return withDecoupledDecay(spec, {
      slots: ['m'],
      scalars: (rate) => [rate],
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const direction = sign(math, runningMean(math, beta1, slots[0]!, gradient));
        return {
          parameter: math.sub(parameter, math.mul(scalars[0]!, direction)),
          slots: [runningMean(math, beta2, slots[0]!, gradient)],
        };
      },
    });
  },
});
