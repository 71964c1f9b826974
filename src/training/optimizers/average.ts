import {type Static, Type} from '@sinclair/typebox';
import type {TrainingState} from '../session.js';
import {type RuleChoice, type UpdateRule, wrapRules} from './rule.js';

/** `training.weightAverage`. */
export const weightAverage = Type.Object(
  {
    decay: Type.Number({
      default: 0.999,
      minimum: 0,
      exclusiveMaximum: 1,
      description:
        'Share of the average kept at each update; in [0, 1). The average looks back over about 1 / (1 − decay) updates.',
    }),
  },
  {
    additionalProperties: false,
    title: 'weightAverage',
    description:
      'Keeps an exponential moving average of the weights (EMA). It is what is evaluated, kept as best checkpoint and saved as the model; training goes on from the latest weights, which the last checkpoint holds.',
  },
);

export type AverageSpec = Readonly<Static<typeof weightAverage>>;

const slot = 'average';

/**
 * Rules that also average the weights they make, in a slot of their own, so that checkpoints hold the average and an update stays
 * one pass. The first update's weights are the first average: AveragedModel of torch.optim.swa_utils with get_ema_multi_avg_fn,
 * updated after each step.
 */
export const averagedRule = (rules: RuleChoice, spec: AverageSpec | undefined): RuleChoice =>
  spec ? wrapRules(rules, (rule) => averaged(rule, spec)) : rules;

const averaged = (rule: UpdateRule, spec: AverageSpec): UpdateRule => ({
  ...rule,
  slots: [...rule.slots, slot],
  scalars(rate, step) {
    const decay = step === 1 ? 0 : spec.decay;
    return [...rule.scalars(rate, step), decay, 1 - decay];
  },
  update(math, input) {
    const [kept, added] = [input.scalars.at(-2)!, input.scalars.at(-1)!];
    const [slots, scalars] = [input.slots.slice(0, -1), input.scalars.slice(0, -2)];
    const next = rule.update(math, {...input, slots, scalars});
    const average = math.add(math.mul(kept, input.slots.at(-1)!), math.mul(added, next.parameter));
    return {parameter: next.parameter, slots: [...next.slots, average]};
  },
});

/** A state before the first update, with each average at its weight: one that the loss does not depend on is never updated. */
export function withInitialAverages(state: TrainingState): TrainingState {
  const slots = new Map(state.slots);
  for (const [name, data] of state.weights) if (slots.has(`${name}/${slot}`)) slots.set(`${name}/${slot}`, data);
  return {...state, slots};
}

/** The state with the averages for weights; moving statistics, which have none, are as they are. */
export function withAverages(state: TrainingState): TrainingState {
  const weights = [...state.weights].map(([name, data]) => [name, state.slots.get(`${name}/${slot}`) ?? data] as const);
  return {...state, weights: new Map(weights)};
}
