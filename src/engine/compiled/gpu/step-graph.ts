import {type Shape, sizeOf} from '../../../support/tensor.js';
import type {ClippingSpec} from '../../../training/optimizers/clipping.js';
import type {RecordedGraph, RecordedValue} from '../graph.js';
import {lowerCalls, opset} from '../lower.js';
import {GraphBuilder} from '../onnx/builder.js';
import {encodeModel} from '../onnx/proto.js';
import {gradientOf, lossOf, nextOf, outputOf} from '../record-step.js';
import type {PlacedWeight, Segment} from './layout.js';
import {
  emitUpdates,
  joined,
  nextSum,
  nextWeights,
  partsOf,
  slotInput,
  sumInput,
  type UpdatedSegment,
  weightsInput,
} from './update-nodes.js';

/** What a step does besides computing loss and outputs: nothing, an update, or adding its gradients to those of the parts before. */
export type StepKind = 'evaluation' | 'update' | 'part';

/** A graph of a step on a device. */
export interface DeviceStep {
  readonly model: Uint8Array;
  /** What a batch fills in, noise included. */
  readonly inputs: readonly {readonly name: string; readonly shape: Shape}[];
  /** Losses and outputs one after another in one vector, for every vector that is read back is waited for. */
  readonly results: readonly {readonly name: string; readonly start: number; readonly size: number}[];
  /** Inputs and outputs for the state, by the names of update-nodes. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

export const resultsOutput = 'results';
/** What the sum so far and this part's gradients are multiplied by. */
export const sharesInput = 'shares';

/** Lowers a recorded step onto segments: weights are cut out of vectors, and what becomes of them is put together to vectors again. */
export function lowerStep(
  graph: RecordedGraph,
  segments: readonly Segment[],
  kind: StepKind,
  clipping: ClippingSpec | undefined,
  name: string,
): DeviceStep {
  const placed = new Set(segments.flatMap(({weights}) => weights.map((weight) => weight.name)));
  const isWeight = (value: RecordedValue): boolean => value.source.kind === 'input' && placed.has(value.source.name);
  const given = graph.inputs.filter((value) => !isWeight(value));
  const builder = new GraphBuilder(given, {isPortable: true});
  const weights = new Map(segments.map((segment) => [segment, builder.input(weightsInput(segment), [segment.size])]));
  const parts = new Map(
    [...weights].map(([segment, value]) => [segment, partsOf(builder, segment, builder.plain(value))]),
  );
  const byName = new Map(graph.inputs.filter(isWeight).map((value) => [nameOf(value), value]));
  for (const [segment, names] of parts) {
    for (const [index, {name, size}] of segment.weights.entries()) {
      const value = byName.get(name);
      if (value) builder.defineView(value, builder.temporary([size], 'float32', names[index]!));
    }
  }
  lowerCalls(graph, builder);

  const flat = (value: RecordedValue): string => builder.as(value, [sizeOf(value.shape)]);
  const vector = (value: string, size: number): RecordedValue => builder.temporary([size], 'float32', value);
  const results = resultsOf(graph);
  const held = results.map(({name}) => flat(graph.outputs.get(name)!));
  const outputs = new Map<string, RecordedValue>();
  const length = results.reduce((sum, {size}) => sum + size, 0);
  outputs.set(resultsOutput, vector(held.length === 1 ? held[0]! : builder.node('Concat', held, {axis: 0}), length));

  const updated: UpdatedSegment[] = [];
  for (const segment of segments) {
    if (kind === 'evaluation') break;
    const madeOf = (nameOf: (weight: string) => string): readonly (string | undefined)[] =>
      segment.weights.map((weight) => {
        const made = graph.outputs.get(nameOf(weight.name));
        return made && flat(made);
      });
    if (!segment.rule) {
      const next = madeOf(nextOf);
      if (next.every((one) => one === undefined)) continue;
      const whole = next.map((one, index) => one ?? parts.get(segment)![index]!);
      outputs.set(nextWeights(segment), vector(joined(builder, segment, whole), segment.size));
      continue;
    }
    const gradients = madeOf(gradientOf);
    if (gradients.every((one) => one === undefined)) continue;
    updated.push({segment, weights: builder.plain(weights.get(segment)!), slots: [], gradients});
  }
  if (kind === 'part') for (const [name, value] of emitSums(builder, updated)) outputs.set(name, value);
  if (kind === 'update') {
    const withSlots = updated.map((one) => ({...one, slots: declareSlots(builder, one.segment)}));
    for (const [name, value] of emitUpdates(builder, withSlots, clipping)) outputs.set(name, value);
  }
  const finished = builder.finish(name, outputs);
  return {
    model: encodeModel(finished, opset),
    inputs: given.map((value) => ({name: nameOf(value), shape: value.shape})),
    results,
    reads: new Set(finished.inputs.map((input) => input.name)),
    writes: new Set(outputs.keys()),
  };
}

/** The update that follows the last part, from the sums; of the segments whose sums the parts write. */
export function lowerUpdate(
  segments: readonly Segment[],
  part: RecordedGraph,
  clipping: ClippingSpec | undefined,
): Pick<DeviceStep, 'model' | 'reads' | 'writes'> {
  const builder = new GraphBuilder([], {isPortable: true});
  const hasGradient = ({name}: PlacedWeight): boolean => part.outputs.has(gradientOf(name));
  const updated = segments
    .filter(({rule, weights}) => rule && weights.some(hasGradient))
    .map((segment): UpdatedSegment => {
      const sums = partsOf(builder, segment, builder.plain(builder.input(sumInput(segment), [segment.size])));
      return {
        segment,
        weights: builder.plain(builder.input(weightsInput(segment), [segment.size])),
        slots: declareSlots(builder, segment),
        gradients: segment.weights.map((weight, index) => (hasGradient(weight) ? sums[index] : undefined)),
      };
    });
  const outputs = emitUpdates(builder, updated, clipping);
  const finished = builder.finish('update', outputs);
  return {
    model: encodeModel(finished, opset),
    reads: new Set(finished.inputs.map((input) => input.name)),
    writes: new Set(outputs.keys()),
  };
}

function emitSums(builder: GraphBuilder, updated: readonly UpdatedSegment[]): ReadonlyMap<string, RecordedValue> {
  builder.label = 'sum';
  const [kept, share] = builder.split(builder.plain(builder.input(sharesInput, [2])), 0, [1, 1]) as [string, string];
  return new Map(
    updated.map(({segment, gradients}) => {
      const before = builder.plain(builder.input(sumInput(segment), [segment.size]));
      const own = builder.node('Mul', [joined(builder, segment, gradients), share]);
      const sum = builder.node('Add', [builder.node('Mul', [before, kept]), own]);
      return [nextSum(segment), builder.temporary([segment.size], 'float32', sum)];
    }),
  );
}

const declareSlots = (builder: GraphBuilder, segment: Segment): readonly string[] =>
  segment.slots.map(({name, size}) => builder.plain(builder.input(slotInput(segment, name), [size])));

function resultsOf(graph: RecordedGraph): DeviceStep['results'] {
  const isResult = (name: string): boolean =>
    name === 'loss' || name.startsWith(lossOf('')) || name.startsWith(outputOf(''));
  let start = 0;
  return [...graph.outputs].flatMap(([name, {shape}]) => {
    if (!isResult(name)) return [];
    const result = {name, start, size: sizeOf(shape)};
    start += result.size;
    return [result];
  });
}

function nameOf({source}: RecordedValue): string {
  if (source.kind !== 'input') throw new Error('a graph input must be declared as one');
  return source.name;
}
