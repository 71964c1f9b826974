import {Type} from '@sinclair/typebox';
import {runningMean, runningSquare} from './adam-moments.js';
import {decaying} from './decay.js';
import {excludeBiasAndNorm, learningRate, momentFields} from './fields.js';
import {defineOptimizer, type RuleInput, type UpdateRule, type WeightMath} from './rule.js';

/**
 * Layer-wise adaptive moments (You et al. 2020, algorithm 2): with Adam's bias-corrected m and v,
 * u = m / (√v + epsilon) + weightDecay · p; p −= learningRate · ‖p‖ / ‖u‖ · u, where the ratio of the norms is 1 if one of them is 0.
 * Every weight tensor has a ratio of its own, which is not clipped. Without weight decay these are the numbers of keras.optimizers.Lamb;
 * Keras 3 decays the weights beside the ratio, the paper inside it, as here.
 */
export const lamb = defineOptimizer({
  type: 'lamb',
  summary: 'LAMB: Adam whose step is as long as the weight tensor it changes; made for very large batches.',
  args: Type.Object({
    learningRate: learningRate(0.001),
    ...momentFields,
    epsilon: Type.Number({
      default: 1e-6,
      exclusiveMinimum: 0,
      description: 'Added to the root of the second moment; above 0. The paper uses 1e-6, Keras 1e-7.',
    }),
    weightDecay: Type.Number({
      default: 0,
      minimum: 0,
      description: 'This times the weight is added to its direction before the step is scaled; at least 0.',
    }),
    excludeBiasAndNorm,
  }),
  rule: (spec) => decaying(spec, lambRule(spec, 0), lambRule(spec, spec.weightDecay)),
});

interface LambSpec {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

const lambRule = ({beta1, beta2, epsilon}: LambSpec, weightDecay: number): UpdateRule => ({
  slots: ['m', 'v'],
  scalars: (rate, step) => [rate, 1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)],
  update<Value>(math: WeightMath<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
    const [rate, meanScale, squareScale] = [scalars[0]!, scalars[1]!, scalars[2]!];
    const mean = runningMean(math, beta1, slots[0]!, gradient);
    const square = runningSquare(math, beta2, slots[1]!, gradient);
    const root = math.sqrt(math.mul(squareScale, square));
    const adam = math.div(math.mul(meanScale, mean), math.add(root, math.constant(epsilon)));
    const direction = weightDecay > 0 ? math.add(adam, math.mul(math.constant(weightDecay), parameter)) : adam;
    const size = (value: Value): Value => math.sqrt(math.mean(math.mul(value, value)));
    const step = math.mul(math.mul(rate, ratioOf(math, size(parameter), size(direction))), direction);
    return {parameter: math.sub(parameter, step), slots: [mean, square]};
  },
});

/**
 * a / b for sizes of at least 0, and 1 where one of them is 0, without a comparison: what is not 0 is lifted to 1 by two factors
 * of 1e30 (`isPositive`), and where `both` is 0 the quotient is 0 / 1 + 1.
 */
function ratioOf<Value>(math: WeightMath<Value>, a: Value, b: Value): Value {
  const [one, large] = [math.constant(1), math.constant(1e30)];
  const isPositive = (value: Value): Value => math.min(math.mul(math.mul(value, large), large), one);
  const both = math.mul(isPositive(a), isPositive(b));
  const neither = math.sub(one, both);
  return math.add(math.div(math.mul(both, a), math.add(b, neither)), neither);
}
