import {Type} from '@sinclair/typebox';
import {runningMean, runningSquare} from './adam-moments.js';
import {withPenalty} from './decay.js';
import {learningRate, momentFields, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

const momentumDecay = 0.004;

/** Below it, one minus the product of the momenta is 1 in double precision, and later factors change nothing. */
const negligible = 2 ** -60;

/**
 * Adam with Nesterov momentum (Dozat 2016), the numbers of torch.optim.NAdam: with µ_t = beta1 · (1 − 0.96^(0.004 t) / 2) and their
 * product Π, p −= learningRate · ((1 − µ_t) g / (1 − Π_t) + µ_(t+1) m / (1 − Π_(t+1))) / (√(v / (1 − beta2^t)) + epsilon).
 */
export const nadam = defineOptimizer({
  type: 'nadam',
  summary: 'NAdam: Adam that looks ahead along its momentum (Nesterov).',
  args: Type.Object({learningRate: learningRate(0.002), ...momentFields, ...penaltyFields}),
  rule(spec) {
    const {beta1, beta2, epsilon} = spec;
    const momentum = (step: number): number => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    return withPenalty(spec, {
      slots: ['m', 'v'],
      scalars(rate, step) {
        let product = 1;
        for (let i = 1; i <= step && product > negligible; i++) product *= momentum(i);
        const root = Math.sqrt(1 - beta2 ** step);
        const next = momentum(step + 1);
        return [
          (rate * root * (1 - momentum(step))) / (1 - product),
          (rate * root * next) / (1 - product * next),
          epsilon * root,
        ];
      },
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const mean = runningMean(math, beta1, slots[0]!, gradient);
        const square = runningSquare(math, beta2, slots[1]!, gradient);
        const direction = math.add(math.mul(scalars[0]!, gradient), math.mul(scalars[1]!, mean));
        const update = math.div(direction, math.add(math.sqrt(square), scalars[2]!));
        return {parameter: math.sub(parameter, update), slots: [mean, square]};
      },
    });
  },
});
