import type {TProperties} from '@sinclair/typebox';
import type {WeightRole} from '../../model/layer.js';
import type {Definition, SpecOf} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';

/**
 * Element-wise arithmetic that a rule is written in. An engine chooses what a value is: a number (the oracle), a tf.Tensor,
 * a WebAssembly SIMD expression. So a rule is written once and every engine runs it.
 */
export interface Elementwise<Value> {
  constant(value: number): Value;
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  max(a: Value, b: Value): Value;
  min(a: Value, b: Value): Value;
  abs(a: Value): Value;
  sqrt(a: Value): Value;
}

/**
 * Arithmetic over a whole weight: means over its axes besides the element-wise operations. A mean keeps the axes that it is taken
 * over, as axes of size 1, so it goes on with the elements that it belongs to.
 */
export interface WeightMath<Value> extends Elementwise<Value> {
  /** Over all elements. */
  mean(a: Value): Value;
  /** Over the last axis: one number per row of each matrix that the last two axes make. */
  meanOfRows(a: Value): Value;
  /** Over the last axis but one: one number per column. */
  meanOfColumns(a: Value): Value;
}

/** What a rule reads of one weight: its values, their gradient, its slots, and the step's scalars. */
export interface RuleInput<Value> {
  readonly parameter: Value;
  readonly gradient: Value;
  /** One per name in `UpdateRule.slots`, in that order. */
  readonly slots: readonly Value[];
  /** One per number returned by `UpdateRule.scalars`, in that order. */
  readonly scalars: readonly Value[];
}

/** What a slot holds one number of: each element of the weight, or each row or column of the last two axes. */
export type SlotExtent = 'element' | 'row' | 'column';

/** An optimizer as pure arithmetic: (parameter, gradient, slots, scalars) → (parameter, slots). Slots start at zero. */
export interface UpdateRule {
  /** Names as checkpoints spell them, `m`, `v`, `momentum`. */
  readonly slots: readonly string[];
  /** Of the slots that do not hold one number per element. */
  readonly extents?: Readonly<Record<string, SlotExtent>>;
  /** Numbers that change with the step, computed in double precision. @param step counted from 1. */
  scalars(learningRate: number, step: number): readonly number[];
  update<Value>(
    math: WeightMath<Value>,
    input: RuleInput<Value>,
  ): {readonly parameter: Value; readonly slots: readonly Value[]};
}

/** What decides about the rule of a weight. */
export interface RuledWeight {
  readonly shape: Shape;
  readonly role: WeightRole;
}

/** An optimizer for a whole model: the rule of each weight. Weights that are treated alike get the same object. */
export type RuleChoice = (weight: RuledWeight) => UpdateRule;

/** One rule for every weight. */
export const forEveryWeight =
  (rule: UpdateRule): RuleChoice =>
  () =>
    rule;

/** A choice whose rules are those of another one, changed; rules that were the same stay the same. */
export function wrapRules(choice: RuleChoice, wrap: (rule: UpdateRule) => UpdateRule): RuleChoice {
  const wrapped = new Map<UpdateRule, UpdateRule>();
  return (weight) => {
    const rule = choice(weight);
    const known = wrapped.get(rule) ?? wrap(rule);
    wrapped.set(rule, known);
    return known;
  };
}

/** The scalars of each rule for one update, computed once a rule. */
export function scalarsOfRules(learningRate: number, step: number): (rule: UpdateRule) => readonly number[] {
  const computed = new Map<UpdateRule, readonly number[]>();
  return (rule) => {
    const scalars = computed.get(rule) ?? rule.scalars(learningRate, step);
    computed.set(rule, scalars);
    return scalars;
  };
}

/** The slots of a weight with their shapes; those of rows and columns keep the axis that they have no numbers of, as 1. */
export const slotShapes = (
  {slots, extents}: Pick<UpdateRule, 'slots' | 'extents'>,
  shape: Shape,
): readonly {readonly name: string; readonly shape: Shape}[] =>
  slots.map((name) => {
    const extent = extents?.[name] ?? 'element';
    if (extent === 'element') return {name, shape};
    const dropped = shape.length - (extent === 'row' ? 1 : 2);
    return {name, shape: shape.map((size, axis) => (axis === dropped ? 1 : size))};
  });

/** An optimizer of the catalogue. Every optimizer has a `learningRate` argument; `rule` turns its arguments into arithmetic. */
export interface OptimizerDefinition<Name extends string, Args extends TProperties, Spec>
  extends Definition<Name, Args> {
  rule(spec: Spec): RuleChoice;
}

/** Types an optimizer from its own arguments; returns it unchanged. */
export const defineOptimizer = <const Name extends string, Args extends TProperties>(
  definition: OptimizerDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): OptimizerDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
