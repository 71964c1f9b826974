import {Type} from '@sinclair/typebox';
import {runningMean, runningSquare} from './adam-moments.js';
import {withPenalty} from './decay.js';
import {learningRate, momentFields, penaltyFields} from './fields.js';
import {defineOptimizer, type Elementwise, type RuleInput} from './rule.js';

/**
 * Rectified Adam (Liu et al. 2020), the numbers of torch.optim.RAdam: while the second moment rests on too few steps (the
 * approximated length ρ of its average is at most 5) the step is learningRate · m / (1 − beta1^t), then Adam's times a rectifier
 * that rises to 1.
 */
export const radam = defineOptimizer({
  type: 'radam',
  summary: 'RAdam: Adam that warms itself up while its estimate of the squared gradient is young.',
  args: Type.Object({learningRate: learningRate(0.001), ...momentFields, ...penaltyFields}),
  rule(spec) {
    const {beta1, beta2, epsilon} = spec;
    const limit = 2 / (1 - beta2) - 1;
    return withPenalty(spec, {
      slots: ['m', 'v'],
      /** What the mean is multiplied by as it is, and what it is multiplied by and then divided by √v + epsilon; one of the two is 0. */
      scalars(rate, step) {
        const power = beta2 ** step;
        const length = limit - (2 * step * power) / (1 - power);
        const size = rate / (1 - beta1 ** step);
        if (length <= 5) return [size, 0];
        const rectifier = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
        return [0, size * rectifier * Math.sqrt(1 - power)];
      },
      update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
        const mean = runningMean(math, beta1, slots[0]!, gradient);
        const square = runningSquare(math, beta2, slots[1]!, gradient);
        const scaled = math.div(scalars[1]!, math.add(math.sqrt(square), math.constant(epsilon)));
        const update = math.mul(math.add(scalars[0]!, scaled), mean);
        return {parameter: math.sub(parameter, update), slots: [mean, square]};
      },
    });
  },
});
