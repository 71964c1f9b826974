import type {WeightRole} from '../../model/layer.js';
import {forEveryWeight, type RuleChoice, type UpdateRule} from './rule.js';

/** The arguments of an optimizer with weight decay. */
export interface DecaySpec {
  readonly weightDecay: number;
  readonly excludeBiasAndNorm: boolean;
}

/** Weights whose size is no sign of overfitting: what `excludeBiasAndNorm` leaves out. */
const isExcluded: Readonly<Record<WeightRole, boolean>> = {
  kernel: false,
  embedding: false,
  bias: true,
  normalization: true,
  scale: true,
};

/** Rules with weight decay for the weights that are to have it, out of one rule with and one without. */
export function decaying(
  {weightDecay, excludeBiasAndNorm}: DecaySpec,
  plain: UpdateRule,
  decayed: UpdateRule,
): RuleChoice {
  if (weightDecay === 0) return forEveryWeight(plain);
  return ({role}) => (excludeBiasAndNorm && isExcluded[role] ? plain : decayed);
}

/** Weight decay as a penalty: gradient + weightDecay · parameter takes the gradient's place. */
export const withPenalty = (spec: DecaySpec, plain: UpdateRule): RuleChoice =>
  decaying(spec, plain, {
    ...plain,
    update(math, input) {
      const gradient = math.add(input.gradient, math.mul(math.constant(spec.weightDecay), input.parameter));
      return plain.update(math, {...input, gradient});
    },
  });

/** Decoupled weight decay (Loshchilov & Hutter 2019): the parameter is first multiplied by 1 − learningRate · weightDecay. */
export const withDecoupledDecay = (spec: DecaySpec, plain: UpdateRule): RuleChoice =>
  decaying(spec, plain, {
    ...plain,
    scalars: (rate, step) => [...plain.scalars(rate, step), 1 - rate * spec.weightDecay],
    update: (math, input) =>
      plain.update(math, {
        ...input,
        parameter: math.mul(input.parameter, input.scalars.at(-1)!),
        scalars: input.scalars.slice(0, -1),
      }),
  });
