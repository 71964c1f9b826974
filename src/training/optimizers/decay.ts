import type {Elementwise, RuleInput, UpdateRule} from './rule.js';

/** The arguments of an optimizer with weight decay. */
export interface DecaySpec {
  readonly weightDecay: number;
  readonly excludeBiasAndNorm: boolean;
}

/**
 * A rule with weight decay out of one without: `decayed` for weights of two axes and more, and for the others as well unless
 * `excludeBiasAndNorm` is on.
 */
function withDecay({weightDecay, excludeBiasAndNorm}: DecaySpec, plain: UpdateRule, decayed: UpdateRule): UpdateRule {
  if (weightDecay === 0) return plain;
  // Both rules get the same scalars, so that a session may choose between them weight by weight.
  return excludeBiasAndNorm ? {...decayed, ofVectors: {...plain, scalars: decayed.scalars}} : decayed;
}

/** Weight decay as a penalty: gradient + weightDecay · parameter takes the gradient's place. */
export const withPenalty = (spec: DecaySpec, plain: UpdateRule): UpdateRule =>
  withDecay(spec, plain, {
    ...plain,
    update<Value>(math: Elementwise<Value>, input: RuleInput<Value>) {
      const gradient = math.add(input.gradient, math.mul(math.constant(spec.weightDecay), input.parameter));
      return plain.update(math, {...input, gradient});
    },
  });

/** Decoupled weight decay (Loshchilov & Hutter 2019): the parameter is first multiplied by 1 − learningRate · weightDecay. */
export const withDecoupledDecay = (spec: DecaySpec, plain: UpdateRule): UpdateRule =>
  withDecay(spec, plain, {
    ...plain,
    scalars: (rate, step) => [...plain.scalars(rate, step), 1 - rate * spec.weightDecay],
    update: (math, input) =>
      plain.update(math, {...input, parameter: math.mul(input.parameter, input.scalars.at(-1)!)}),
  });
