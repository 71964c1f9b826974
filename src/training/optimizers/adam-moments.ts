import type {Elementwise, RuleInput} from './rule.js';

/** What the members of the Adam family share. */
export interface MomentSpec {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * The two numbers of a step that spare each element the bias corrections: learningRate·√c2 / c1 and epsilon·√c2 with
 * c = 1 − beta^step. Then learningRate · (m / c1) / (√(v / c2) + epsilon) is first · m / (√v + second), one root and one division.
 */
export function momentScalars(
  {beta1, beta2, epsilon}: MomentSpec,
  learningRate: number,
  step: number,
): [number, number] {
  const root = Math.sqrt(1 - beta2 ** step);
  return [(learningRate * root) / (1 - beta1 ** step), epsilon * root];
}

/**
 * Adam's step from `parameter` (Kingma & Ba 2015, algorithm 1; the numbers of torch.optim.Adam).
 * Reads slots m, v and scalars[0..1] as `momentScalars` made them.
 */
export function momentUpdate<Value>(
  math: Elementwise<Value>,
  {beta1, beta2}: MomentSpec,
  {parameter, gradient, slots, scalars}: RuleInput<Value>,
): {parameter: Value; slots: Value[]} {
  const [oldMean, oldSquare, stepSize, epsilon] = [slots[0]!, slots[1]!, scalars[0]!, scalars[1]!];
  const mean = math.add(math.mul(math.constant(beta1), oldMean), math.mul(math.constant(1 - beta1), gradient));
  const square = math.add(
    math.mul(math.constant(beta2), oldSquare),
    math.mul(math.mul(math.constant(1 - beta2), gradient), gradient),
  );
  const update = math.div(math.mul(stepSize, mean), math.add(math.sqrt(square), epsilon));
  return {parameter: math.sub(parameter, update), slots: [mean, square]};
}
