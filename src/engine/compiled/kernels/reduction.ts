import type {Shape} from '../../../support/tensor.js';
import type {RecordedType, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {attributes, input, type Kernel, like} from './kernel.js';

interface ReductionAttrs {
  readonly axis: number | number[] | null | undefined;
  readonly keepDims: boolean;
}

/** Max names its axes otherwise than its siblings. */
function reductionAttrs(attrs: Readonly<Record<string, unknown>>): ReductionAttrs {
  const {axis, reductionIndices, keepDims} = attributes<ReductionAttrs & {reductionIndices?: ReductionAttrs['axis']}>(
    attrs,
  );
  return {axis: axis ?? reductionIndices, keepDims};
}

function reducedAxes(x: RecordedValue, axis: ReductionAttrs['axis']): readonly number[] {
  if (axis === null || axis === undefined) return x.shape.map((_, index) => index);
  return (Array.isArray(axis) ? axis : [axis]).map((one) => (one < 0 ? one + x.shape.length : one));
}

function reducedShape(x: RecordedValue, attrs: ReductionAttrs): readonly number[] {
  const axes = new Set(reducedAxes(x, attrs.axis));
  if (attrs.keepDims) return x.shape.map((size, axis) => (axes.has(axis) ? 1 : size));
  return x.shape.filter((_, axis) => !axes.has(axis));
}

/** Where TensorFlow.js's axis stands in the channels-first order. */
const channelsFirstAxis = [0, 2, 3, 1];

/** A reduction runs on the channels-first form when the axes that stay come out in the same order there. */
function canStayChannelsFirst(x: RecordedValue, axes: readonly number[], builder: GraphBuilder): boolean {
  if (x.shape.length !== 4 || builder.nativeLayout(x) === 'channelsLast') return false;
  const staying = channelsFirstAxis.filter((_, axis) => !axes.includes(axis));
  return staying.every((axis, index) => index === 0 || axis > staying[index - 1]!);
}

/**
 * Statistics per channel, of each example or over the batch: the image first and then the examples, for ONNX Runtime is slow to reduce
 * axes that are not next to one another.
 */
function onBlocks(
  op: string,
  x: RecordedValue,
  axes: readonly number[],
  builder: GraphBuilder,
): {readonly name: string; readonly shape: Shape} | undefined {
  const overBatch = axes.length === 3 && [0, 1, 2].every((axis) => axes.includes(axis));
  const overImage = axes.length === 2 && [1, 2].every((axis) => axes.includes(axis));
  if (x.shape.length !== 4 || builder.nativeLayout(x) !== 'blocked' || !(overBatch || overImage)) return undefined;
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const images = builder.node(op, [builder.blockedElements(x), builder.integers([2, 3])], {keepdims: 0});
  if (overImage)
    return {name: builder.node('Reshape', [images, builder.integers([batch, channels])]), shape: [batch, channels]};
  const all = builder.node(op, [images, builder.integers([0])], {keepdims: 0});
  return {name: builder.node('Reshape', [all, builder.integers([channels])]), shape: [channels]};
}

function lowerReduction(
  op: string,
  x: RecordedValue,
  output: RecordedValue,
  attrs: ReductionAttrs,
  builder: GraphBuilder,
): void {
  const axes = reducedAxes(x, attrs.axis);
  if (axes.length === 0) {
    builder.defineView(output, x);
    return;
  }
  const channels = onBlocks(op, x, axes, builder);
  if (channels !== undefined) {
    builder.defineView(output, builder.temporary(channels.shape, output.dtype, channels.name));
    return;
  }
  const first = canStayChannelsFirst(x, axes, builder);
  const onnxAxes = (first ? axes.map((axis) => channelsFirstAxis[axis]!) : [...axes]).sort((a, b) => a - b);
  const name = builder.node(op, [first ? builder.channelsFirst(x) : builder.plain(x), builder.integers(onnxAxes)], {
    keepdims: attrs.keepDims ? 1 : 0,
  });
  builder.define(output, name, first && attrs.keepDims ? 'channelsFirst' : 'channelsLast');
}

const reduction = (op: string, dtype?: RecordedType): Kernel => ({
  infer: (inputs, attrs) => {
    const x = input(inputs, 'x');
    return [
      {
        shape: reducedShape(x, reductionAttrs(attrs)),
        dtype: dtype ?? (x.dtype === 'bool' ? 'int32' : x.dtype),
      },
    ];
  },
  lower: (call, builder) =>
    lowerReduction(op, input(call.inputs, 'x'), call.outputs[0]!, reductionAttrs(call.attrs), builder),
});

export const reductionKernels = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean', 'float32'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: {
    infer: (inputs) => [like(input(inputs, 'logits'))],
    lower: (call, builder) => {
      const logits = input(call.inputs, 'logits');
      const dim = attributes<{dim: number}>(call.attrs).dim;
      builder.define(
        call.outputs[0]!,
        builder.node('Softmax', [builder.plain(logits)], {axis: dim < 0 ? dim + logits.shape.length : dim}),
      );
    },
  },
  OneHot: {
    infer: (inputs, attrs) => {
      const {depth, dtype} = attributes<{depth: number; dtype?: RecordedType}>(attrs);
      return [{shape: [...input(inputs, 'indices').shape, depth], dtype: dtype ?? 'float32'}];
    },
    // Equal against a range instead of ONNX's OneHot, which ONNX Runtime has no int32 kernel for.
    lower: (call, builder) => {
      const indices = input(call.inputs, 'indices');
      const output = call.outputs[0]!;
      const {depth, onValue, offValue} = attributes<{depth: number; onValue?: number; offValue?: number}>(call.attrs);
      const column = builder.as(indices, [...indices.shape, 1]);
      const range = builder.constant(
        indices.dtype,
        Array.from({length: depth}, (_, index) => index),
      );
      const hit = builder.node('Equal', [column, range]);
      const on = builder.constant(output.dtype, [onValue ?? 1], []);
      const off = builder.constant(output.dtype, [offValue ?? 0], []);
      builder.define(output, builder.node('Where', [hit, on, off]));
    },
  },
} as const satisfies Record<string, Kernel>;
