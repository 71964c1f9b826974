import {Type} from '@sinclair/typebox';
import {decaying} from './decay.js';
import {decoupledFields, learningRate} from './fields.js';
import {defineOptimizer, type RuleChoice, type RuleInput, type UpdateRule, type WeightMath} from './rule.js';

/**
 * Adam's second moment from its means by row and by column, no first moment, and steps in proportion to the weights (Shazeer & Stern
 * 2018), the numbers of torch.optim.Adafactor. With w = t^beta2Decay and g² averaged over the last axis and over the last but one:
 * r += w · (row mean − r); c += w · (column mean − c); v = r c / max(mean of r, epsilon1); for weights of one axis v itself is kept;
 * u = g / √max(v, epsilon1²); p −= min(learningRate, 1/√t) · max(epsilon2, RMS(p)) / max(1, RMS(u) / clipThreshold) · u.
 * Keras 3 differs in one thing: its epsilon_1 is 1e-30 and added to g². torch's default epsilon1 is that of float32, as here.
 */
export const adafactor = defineOptimizer({
  type: 'adafactor',
  summary:
    'Adafactor: steps scaled by row and column means of the squared gradient, with next to no memory of its own.',
  args: Type.Object({
    learningRate: learningRate(0.01),
    beta2Decay: Type.Number({
      default: -0.8,
      maximum: 0,
      description: 'Exponent of the update number, which gives the share of the newest squared gradient; at most 0.',
    }),
    epsilon1: Type.Number({
      default: 2 ** -23,
      exclusiveMinimum: 0,
      description: 'Least root of the second moment; above 0.',
    }),
    epsilon2: Type.Number({
      default: 1e-3,
      exclusiveMinimum: 0,
      description: 'Least size of a weight tensor, as root mean square, for the size of its steps; above 0.',
    }),
    clipThreshold: Type.Number({
      default: 1,
      minimum: 1,
      description: 'Root mean square that the direction of a step may not exceed; at least 1.',
    }),
    ...decoupledFields(0),
  }),
  rule(spec) {
    const withMoment = (moment: Moment): RuleChoice => {
      const ruleWith = (weightDecay: number): UpdateRule => adafactorRule({...spec, weightDecay}, moment);
      return decaying(spec, ruleWith(0), ruleWith(spec.weightDecay));
    };
    const [ofMatrices, ofVectors] = [withMoment(factoredMoment(spec)), withMoment(wholeMoment)];
    return (weight) => (weight.shape.length > 1 ? ofMatrices : ofVectors)(weight);
  },
});

interface AdafactorSpec {
  readonly beta2Decay: number;
  readonly epsilon1: number;
  readonly epsilon2: number;
  readonly clipThreshold: number;
  readonly weightDecay: number;
}

/** How the second moment is kept: its slots, and the estimate that the new slots stand for. */
interface Moment extends Pick<UpdateRule, 'slots' | 'extents'> {
  /** @param newest share of the newest square */
  next<Value>(
    math: WeightMath<Value>,
    slots: readonly Value[],
    square: Value,
    newest: Value,
  ): {readonly estimate: Value; readonly slots: readonly Value[]};
}

const towards = <Value>(math: WeightMath<Value>, old: Value, value: Value, share: Value): Value =>
  math.add(old, math.mul(share, math.sub(value, old)));

const factoredMoment = ({epsilon1}: Pick<AdafactorSpec, 'epsilon1'>): Moment => ({
  slots: ['row', 'column'],
  extents: {row: 'row', column: 'column'},
  next(math, slots, square, newest) {
    const row = towards(math, slots[0]!, math.meanOfRows(square), newest);
    const column = towards(math, slots[1]!, math.meanOfColumns(square), newest);
    const scale = math.max(math.meanOfColumns(row), math.constant(epsilon1));
    return {estimate: math.mul(math.div(row, scale), column), slots: [row, column]};
  },
});

const wholeMoment: Moment = {
  slots: ['v'],
  next(math, slots, square, newest) {
    const estimate = towards(math, slots[0]!, square, newest);
    return {estimate, slots: [estimate]};
  },
};

const adafactorRule = (
  {beta2Decay, epsilon1, epsilon2, clipThreshold, weightDecay}: AdafactorSpec,
  {slots, extents, next}: Moment,
): UpdateRule => ({
  slots,
  ...(extents && {extents}),
  scalars: (rate, step) => [Math.min(rate, 1 / Math.sqrt(step)), step ** beta2Decay, 1 - rate * weightDecay],
  update<Value>(math: WeightMath<Value>, {parameter, gradient, slots, scalars}: RuleInput<Value>) {
    const [rate, newest, kept] = [scalars[0]!, scalars[1]!, scalars[2]!];
    const moment = next(math, slots, math.mul(gradient, gradient), newest);
    const direction = math.div(gradient, math.sqrt(math.max(moment.estimate, math.constant(epsilon1 * epsilon1))));
    const size = (value: Value): Value => math.sqrt(math.mean(math.mul(value, value)));
    const length = math.mul(rate, math.max(math.constant(epsilon2), size(parameter)));
    const excess = math.max(math.constant(1), math.div(size(direction), math.constant(clipThreshold)));
    const decayed = weightDecay > 0 ? math.mul(kept, parameter) : parameter;
    return {
      parameter: math.sub(decayed, math.mul(math.div(length, excess), direction)),
      slots: moment.slots,
    };
  },
});
