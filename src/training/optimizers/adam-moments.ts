import type {Elementwise, RuleInput, UpdateRule} from './rule.js';

/** What the members of the Adam family share. */
export interface MomentSpec {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** decay · old + (1 − decay) · value. */
export const runningMean = <Value>(math: Elementwise<Value>, decay: number, old: Value, value: Value): Value =>
  math.add(math.mul(math.constant(decay), old), math.mul(math.constant(1 - decay), value));

/** decay · old + (1 − decay) · value². */
export const runningSquare = <Value>(math: Elementwise<Value>, decay: number, old: Value, value: Value): Value =>
  math.add(math.mul(math.constant(decay), old), math.mul(math.mul(math.constant(1 - decay), value), value));

/**
 * Adam (Kingma & Ba 2015, algorithm 1; the numbers of torch.optim.Adam), with AMSGrad (Reddi et al. 2018) as PyTorch has it.
 * Two scalars of a step spare each element the bias corrections: learningRate·√c2 / c1 and epsilon·√c2 with c = 1 − beta^step.
 * Then learningRate · (m / c1) / (√(v / c2) + epsilon) is first · m / (√v + second), one root and one division.
 */
export function adamRule({beta1, beta2, epsilon, amsgrad}: MomentSpec & {readonly amsgrad: boolean}): UpdateRule {
  return {
    slots: amsgrad ? ['m', 'v', 'vMax'] : ['m', 'v'],
    scalars(rate, step) {
      const root = Math.sqrt(1 - beta2 ** step);
      return [(rate * root) / (1 - beta1 ** step), epsilon * root];
    },
    update<Value>(math: Elementwise<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
      const [stepSize, epsilon] = [scalars[0]!, scalars[1]!];
      const mean = runningMean(math, beta1, slots[0]!, gradient);
      const square = runningSquare(math, beta2, slots[1]!, gradient);
      const largest = amsgrad ? math.max(slots[2]!, square) : square;
      const update = math.div(math.mul(stepSize, mean), math.add(math.sqrt(largest), epsilon));
      return {
        parameter: math.sub(parameter, update),
        slots: amsgrad ? [mean, square, largest] : [mean, square],
      };
    },
  };
}
