import type {TProperties} from '@sinclair/typebox';
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

/** What a rule reads of one weight: its values, their gradient, its slots, and the step's scalars. */
export interface RuleInput<Value> {
  readonly parameter: Value;
  readonly gradient: Value;
  /** One per name in `UpdateRule.slots`, in that order. */
  readonly slots: readonly Value[];
  /** One per number returned by `UpdateRule.scalars`, in that order. */
  readonly scalars: readonly Value[];
}

/** An optimizer as pure arithmetic: (parameter, gradient, slots, scalars) → (parameter, slots). Slots start at zero. */
export interface UpdateRule {
  /** Names as checkpoints spell them, `m`, `v`, `momentum`. */
  readonly slots: readonly string[];
  /** Numbers that change with the step, computed in double precision. @param step counted from 1. */
  scalars(learningRate: number, step: number): readonly number[];
  update<Value>(
    math: Elementwise<Value>,
    input: RuleInput<Value>,
  ): {readonly parameter: Value; readonly slots: readonly Value[]};
  /** For weights of one axis or none, biases and the like, where they are treated otherwise; same slots and scalars. */
  readonly ofVectors?: UpdateRule;
}

/** The rule for a weight of this shape. */
export const ruleFor = (rule: UpdateRule, shape: Shape): UpdateRule =>
  shape.length <= 1 ? (rule.ofVectors ?? rule) : rule;

/** An optimizer of the catalogue. Every optimizer has a `learningRate` argument; `rule` turns its arguments into arithmetic. */
export interface OptimizerDefinition<Name extends string, Args extends TProperties, Spec>
  extends Definition<Name, Args> {
  rule(spec: Spec): UpdateRule;
}

/** Types an optimizer from its own arguments; returns it unchanged. */
export const defineOptimizer = <const Name extends string, Args extends TProperties>(
  definition: OptimizerDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): OptimizerDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
