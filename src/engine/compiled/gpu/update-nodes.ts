import type {Shape} from '../../../support/tensor.js';
import {matricesOf} from '../../../training/optimizers/array-math.js';
import type {ClippingSpec} from '../../../training/optimizers/clipping.js';
import type {UpdateRule} from '../../../training/optimizers/rule.js';
import type {RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import type {Segment} from './layout.js';
import {onnxMath, sumOfSquares} from './onnx-math.js';

/** What an update reads of a segment: names of vectors as long as it is. */
export interface UpdatedSegment {
  readonly segment: Segment;
  readonly weights: string;
  readonly slots: readonly string[];
  /** One part for each weight; undefined where the loss does not depend on it, so that it stays as it is. */
  readonly gradients: readonly (string | undefined)[];
}

/** Names of a graph's inputs and outputs for a segment. */
export const weightsInput = ({name}: Segment): string => name;
export const slotInput = ({name}: Segment, slot: string): string => `${name}/${slot}`;
export const sumInput = ({name}: Segment): string => `sum of ${name}`;
export const nextWeights = (segment: Segment): string => `next ${weightsInput(segment)}`;
export const nextSlot = (segment: Segment, slot: string): string => `next ${slotInput(segment, slot)}`;
export const nextSum = (segment: Segment): string => `next ${sumInput(segment)}`;
export const scalarsInput = 'scalars';

/** The rules of all segments, each once, in the order in which their scalars stand in the graph's input. */
export const rulesOf = (segments: readonly Segment[]): readonly UpdateRule[] => [
  ...new Set(segments.flatMap(({rule}) => rule ?? [])),
];

/** Emits the optimizer's update of all segments. @returns outputs of the graph: next weights and slots */
export function emitUpdates(
  builder: GraphBuilder,
  updated: readonly UpdatedSegment[],
  clipping: ClippingSpec | undefined,
): ReadonlyMap<string, RecordedValue> {
  builder.label = 'update';
  const outputs = new Map<string, RecordedValue>();
  const scalarsOf = declareScalars(builder, rulesOf(updated.map(({segment}) => segment)));
  const clipped = clipGradients(builder, updated, clipping);
  for (const {segment, weights, slots, gradients} of clipped) {
    const gradient = joined(builder, segment, gradients);
    const next = updateOf(builder, segment, {weights, gradient, slots, scalars: scalarsOf(segment.rule!)});
    const stays = gradients.flatMap((name, index) => (name === undefined ? [segment.weights[index]!] : []));
    const kept = (made: string, before: string): string =>
      stays.length === 0 ? made : keepOld(builder, segment, stays, made, before);
    const output = (name: string, made: string, size: number): void =>
      void outputs.set(name, builder.temporary([size], 'float32', made));
    output(nextWeights(segment), kept(next.weights, weights), segment.size);
    for (const [index, {name, size}] of segment.slots.entries())
      output(nextSlot(segment, name), kept(next.slots[index]!, slots[index]!), size);
  }
  return outputs;
}

function declareScalars(builder: GraphBuilder, rules: readonly UpdateRule[]): (rule: UpdateRule) => readonly string[] {
  const counts = rules.map((rule) => rule.scalars(1, 1).length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return () => [];
  const all = builder.plain(builder.input(scalarsInput, [total]));
  const singles = builder.split(all, 0, Array<number>(total).fill(1));
  const byRule = new Map<UpdateRule, readonly string[]>();
  let start = 0;
  for (const [index, rule] of rules.entries()) {
    byRule.set(rule, singles.slice(start, start + counts[index]!));
    start += counts[index]!;
  }
  return (rule) => byRule.get(rule)!;
}

interface RuleNames {
  readonly weights: string;
  readonly gradient: string;
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
}

/** The rule on whole vectors, or on a weight in its shape where it takes means over rows and columns. */
function updateOf(builder: GraphBuilder, segment: Segment, {weights, gradient, slots, scalars}: RuleNames) {
  const {rule, size, hasMeans} = segment;
  const shape = hasMeans ? matricesOf(segment.weights[0]!.shape) : [size];
  const inShape = (name: string, wanted: Shape): string =>
    hasMeans ? builder.node('Reshape', [name, builder.integers(wanted)]) : name;
  const asVector = (name: string, length: number): string =>
    hasMeans ? builder.node('Reshape', [name, builder.integers([length])]) : name;
  const next = rule!.update(onnxMath(builder, shape), {
    parameter: inShape(weights, shape),
    gradient: inShape(gradient, shape),
    slots: slots.map((name, index) => inShape(name, matricesOf(segment.slots[index]!.shape))),
    scalars,
  });
  return {
    weights: asVector(next.parameter, size),
    slots: next.slots.map((name, index) => asVector(name, segment.slots[index]!.size)),
  };
}

/** The parts as one vector; zeros where there is no gradient. */
export function joined(builder: GraphBuilder, segment: Segment, gradients: readonly (string | undefined)[]): string {
  const parts = gradients.map((name, index) => name ?? zeros(builder, segment.weights[index]!.size));
  return parts.length === 1 ? parts[0]! : builder.node('Concat', parts, {axis: 0});
}

const zeros = (builder: GraphBuilder, size: number): string =>
  builder.node('Expand', [builder.float(0), builder.integers([size])]);

/** `made` with what `before` held of the weights that stay. */
function keepOld(
  builder: GraphBuilder,
  {weights}: Segment,
  stays: readonly Segment['weights'][number][],
  made: string,
  before: string,
): string {
  const sizes = weights.map(({size}) => size);
  const [fresh, old] = [builder.split(made, 0, sizes), builder.split(before, 0, sizes)];
  const parts = weights.map((weight, index) => (stays.includes(weight) ? old : fresh)[index]!);
  return parts.length === 1 ? parts[0]! : builder.node('Concat', parts, {axis: 0});
}

/** Gradients made shorter as clipping by norms wants it; by value, the rule itself does it. PyTorch's clip_grad_norm_, its 1e-6 included. */
function clipGradients(
  builder: GraphBuilder,
  updated: readonly UpdatedSegment[],
  clipping: ClippingSpec | undefined,
): readonly UpdatedSegment[] {
  if (!clipping || clipping.by === 'value') return updated;
  const scaleFor = (squares: readonly string[]): string => {
    const norm = builder.node('Sqrt', [squares.reduce((sum, square) => builder.node('Add', [sum, square]))]);
    const scale = builder.node('Div', [builder.float(clipping.max), builder.node('Add', [norm, builder.float(1e-6)])]);
    return builder.node('Min', [scale, builder.float(1)]);
  };
  const squaresOf = ({segment, gradients}: UpdatedSegment): readonly (string | undefined)[] =>
    gradients.map((name, index) => name && sumOfSquares(builder, name, segment.weights[index]!.size));
  const scaled = (scaleOf: (part: string, size: number) => string): readonly UpdatedSegment[] =>
    updated.map((one) => ({
      ...one,
      gradients: one.gradients.map((name, index) =>
        name === undefined ? name : builder.node('Mul', [name, scaleOf(name, one.segment.weights[index]!.size)]),
      ),
    }));
  if (clipping.by === 'norm') return scaled((name, size) => scaleFor([sumOfSquares(builder, name, size)]));
  const all = updated.flatMap(squaresOf).filter((name) => name !== undefined);
  if (all.length === 0) return updated;
  const common = scaleFor(all);
  return scaled(() => common);
}

/** A vector cut into the weights of a segment. */
export const partsOf = (builder: GraphBuilder, {weights}: Segment, name: string): readonly string[] =>
  builder.split(
    name,
    0,
    weights.map(({size}) => size),
  );
