import {type Static, Type} from '@sinclair/typebox';
import {type RuleChoice, type UpdateRule, type WeightMath, wrapRules} from './rule.js';

/** `training.gradientClipping`. */
export const gradientClipping = Type.Object(
  {
    max: Type.Number({exclusiveMinimum: 0, description: 'What may not be exceeded; above 0.'}),
    by: Type.Union([Type.Literal('globalNorm'), Type.Literal('norm'), Type.Literal('value')], {
      default: 'globalNorm',
      description:
        'globalNorm: all gradients shrink together when their common L2 norm exceeds max; norm: each weight for itself; value: each number is cut to [−max, max].',
    }),
  },
  {
    additionalProperties: false,
    title: 'gradientClipping',
    description: 'Keeps single updates from being too large.',
  },
);

export type ClippingSpec = Readonly<Static<typeof gradientClipping>>;

/** Of clip_grad_norm_ of PyTorch: keeps a gradient of zeros from being divided by zero. */
const epsilon = 1e-6;

/** The factor for gradients of this L2 norm, at most 1; clip_grad_norm_ of PyTorch. */
export const clippingScale = ({max}: ClippingSpec, norm: number): number => Math.min(1, max / (norm + epsilon));

/** The same of a norm that lies on a device, where reading it would make the step wait. */
export const clippingScaleOf = <Value>(math: WeightMath<Value>, {max}: ClippingSpec, norm: Value): Value =>
  math.min(math.constant(1), math.div(math.constant(max), math.add(norm, math.constant(epsilon))));

/**
 * Rules that clip their gradients before anything else, weight decay included. By value they do so on their own. By norms they have
 * one more scalar, the last one, which whoever knows the norms sets to `clippingScale` (1 in `scalars`): so scaling costs no pass of its own.
 */
export const clippedRule = (rules: RuleChoice, clipping: ClippingSpec | undefined): RuleChoice =>
  clipping ? wrapRules(rules, (rule) => clipped(rule, clipping)) : rules;

const clipped = (rule: UpdateRule, {by, max}: ClippingSpec): UpdateRule => ({
  ...rule,
  scalars: by === 'value' ? rule.scalars : (rate, step) => [...rule.scalars(rate, step), 1],
  update(math, input) {
    if (by === 'value') {
      const cut = math.max(math.min(input.gradient, math.constant(max)), math.constant(-max));
      return rule.update(math, {...input, gradient: cut});
    }
    const gradient = math.mul(input.gradient, input.scalars.at(-1)!);
    return rule.update(math, {...input, gradient, scalars: input.scalars.slice(0, -1)});
  },
});
