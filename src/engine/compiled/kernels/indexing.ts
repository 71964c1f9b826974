import {sizeOf} from '../../../support/tensor.js';
import type {KernelCall, KernelInputs, RecordedType, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {attributes, input, type Kernel, like} from './kernel.js';

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Pack receives its list as inputs named 0, 1, 2… */
const listed = (inputs: KernelInputs): readonly RecordedValue[] =>
  Array.from({length: Object.keys(inputs).length}, (_, index) => input(inputs, String(index)));

/** Unpack along an axis that another follows is a plain Split once the two are one; each part then has its shape already. */
function lowerUnpack(call: KernelCall, builder: GraphBuilder): void {
  const value = input(call.inputs, 'value');
  const axis = positive(attributes<{axis: number}>(call.attrs).axis, value.shape.length);
  const isLast = axis === value.shape.length - 1;
  const merged = isLast ? value.shape : value.shape.toSpliced(axis, 2, value.shape[axis]! * value.shape[axis + 1]!);
  const part = merged.with(axis, merged[axis]! / value.shape[axis]!);
  const sizes = call.outputs.map(() => part[axis]!);
  const names = builder.split(builder.as(value, merged), axis, sizes);
  for (const [index, output] of call.outputs.entries()) {
    if (isLast) builder.defineView(output, builder.temporary(part, output.dtype, names[index]!));
    else builder.define(output, names[index]!);
  }
}

/** The reverse: a Concat along the axis that follows, or along a new last axis of one. */
function lowerPack(call: KernelCall, builder: GraphBuilder): void {
  const values = listed(call.inputs);
  const output = call.outputs[0]!;
  const axis = positive(attributes<{axis: number}>(call.attrs).axis, output.shape.length);
  const {shape, dtype} = values[0]!;
  if (axis === shape.length) {
    const columns = values.map((value) => builder.as(value, [...shape, 1]));
    builder.define(output, builder.node('Concat', columns, {axis}));
    return;
  }
  const parts = values.map((value) => builder.plain(value));
  const merged = shape.with(axis, shape[axis]! * values.length);
  builder.defineView(output, builder.temporary(merged, dtype, builder.node('Concat', parts, {axis})));
}

export const indexingKernels = {
  Unpack: {
    infer: (inputs, attrs) => {
      const value = input(inputs, 'value');
      const axis = positive(attributes<{axis: number}>(attrs).axis, value.shape.length);
      return Array.from({length: value.shape[axis]!}, () => ({
        shape: value.shape.toSpliced(axis, 1),
        dtype: value.dtype,
      }));
    },
    lower: lowerUnpack,
  },
  Pack: {
    infer: (inputs, attrs) => {
      const values = listed(inputs);
      const {shape, dtype} = values[0]!;
      const axis = positive(attributes<{axis: number}>(attrs).axis, shape.length + 1);
      return [{shape: shape.toSpliced(axis, 0, values.length), dtype}];
    },
    lower: lowerPack,
  },
  GatherV2: {
    infer: (inputs, attrs) => {
      const [x, indices] = [input(inputs, 'x'), input(inputs, 'indices')];
      const {axis, batchDims} = attributes<{axis: number; batchDims: number}>(attrs);
      const along = positive(axis, x.shape.length);
      return [{shape: x.shape.toSpliced(along, 1, ...indices.shape.slice(batchDims)), dtype: x.dtype}];
    },
    // ONNX counts negative indices from the end; TensorFlow.js refuses them. Moved below the range they are refused here too.
    lower: (call, builder) => {
      const [x, indices] = [input(call.inputs, 'x'), input(call.inputs, 'indices')];
      const {axis, batchDims} = attributes<{axis: number; batchDims: number}>(call.attrs);
      if (batchDims !== 0) throw new Error('a gather with batch axes has no lowering');
      const along = positive(axis, x.shape.length);
      const given = builder.plain(indices);
      const isNegative = builder.node('Less', [given, builder.constant(indices.dtype, [0], [])]);
      const below = builder.node('Sub', [given, builder.constant(indices.dtype, [x.shape[along]!], [])]);
      const checked = builder.node('Where', [isNegative, below, given]);
      builder.define(call.outputs[0]!, builder.node('Gather', [builder.plain(x), checked], {axis: along}));
    },
  },
  UnsortedSegmentSum: {
    infer: (inputs, attrs) => {
      const [x, ids] = [input(inputs, 'x'), input(inputs, 'segmentIds')];
      const {numSegments} = attributes<{numSegments: number}>(attrs);
      return [{shape: [numSegments, ...x.shape.slice(ids.shape.length)], dtype: x.dtype}];
    },
    // ScatterElements and not ScatterND, whose threads race for rows that occur twice (onnxruntime issue 18048).
    lower: (call, builder) => {
      const [x, ids] = [input(call.inputs, 'x'), input(call.inputs, 'segmentIds')];
      const output = call.outputs[0]!;
      const numIds = sizeOf(ids.shape);
      const shape = [numIds, sizeOf(output.shape.slice(1))];
      const rows = builder.node('Expand', [builder.as(ids, [numIds, 1]), builder.integers(shape)]);
      const zeros = builder.node('Expand', [builder.float(0), builder.integers([output.shape[0]!, shape[1]!])]);
      const sums = builder.node('ScatterElements', [zeros, rows, builder.as(x, shape)], {axis: 0, reduction: 'add'});
      builder.defineView(output, builder.temporary([output.shape[0]!, shape[1]!], output.dtype, sums));
    },
  },
  Reverse: {
    infer: (inputs) => [like(input(inputs, 'x'))],
    lower: (call, builder) => {
      const x = input(call.inputs, 'x');
      const {dims} = attributes<{dims: number | number[]}>(call.attrs);
      const axes = [dims].flat().map((axis) => positive(axis, x.shape.length));
      const all = (value: number): string => builder.integers(axes.map(() => value));
      const reversed = [builder.plain(x), all(-1), all(-(2 ** 31)), builder.integers(axes), all(-1)];
      builder.define(call.outputs[0]!, builder.node('Slice', reversed));
    },
  },
  Range: {
    infer: (_, attrs) => {
      const {start, stop, step, dtype} = attributes<{start: number; stop: number; step: number; dtype: RecordedType}>(
        attrs,
      );
      return [{shape: [Math.max(0, Math.ceil((stop - start) / step))], dtype}];
    },
    lower: (call, builder) => {
      const output = call.outputs[0]!;
      const {start, step} = attributes<{start: number; step: number}>(call.attrs);
      const values = Array.from({length: output.shape[0]!}, (_, index) => start + index * step);
      builder.define(output, builder.constant(output.dtype, values));
    },
  },
} as const satisfies Record<string, Kernel>;
