import {sizeOf} from '../../../support/tensor.js';
import type {KernelInputs, RecordedValue} from '../graph.js';
import {type GraphBuilder, type Layout, toFirst} from '../onnx/builder.js';
import {attributes, input, type Kernel, like} from './kernel.js';

/** Concat and Pack receive their list as inputs named 0, 1, 2… */
const listed = (inputs: KernelInputs): readonly RecordedValue[] =>
  Object.keys(inputs)
    .map(Number)
    .sort((a, b) => a - b)
    .map((index) => input(inputs, String(index)));

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/**
 * The layout in which values of rank 4 are joined and split: channels first as soon as one of them was made so, which spares
 * transposes between convolutions. Pads and slices stay channels last, where they copy longer rows; measured, that wins.
 */
const layoutOf = (builder: GraphBuilder, values: readonly RecordedValue[]): Layout =>
  values.every((value) => value.shape.length === 4) &&
  values.some((value) => builder.nativeLayout(value) !== 'channelsLast')
    ? 'channelsFirst'
    : 'channelsLast';

/** Where an axis of TensorFlow.js's order stands in `layout`. */
const axisIn = (layout: Layout, axis: number): number => (layout === 'channelsFirst' ? toFirst.indexOf(axis) : axis);

const filled = (value: number): Kernel => ({
  infer: (inputs) => [like(input(inputs, 'x'))],
  lower: (call, builder) => {
    const output = call.outputs[0]!;
    builder.define(output, builder.in({...output, source: {kind: 'constant', value}}, 'channelsLast'));
  },
});

/** A view of the same elements. */
const view = (infer: Kernel['infer']): Kernel => ({
  infer,
  lower: (call, builder) => builder.defineView(call.outputs[0]!, input(call.inputs, 'x')),
});

export const shapeKernels = {
  Identity: view((inputs) => [like(input(inputs, 'x'))]),
  Reshape: view((inputs, attrs) => {
    const x = input(inputs, 'x');
    const {shape} = attributes<{shape: number[]}>(attrs);
    const known = sizeOf(shape.filter((size) => size >= 0));
    return [{shape: shape.map((size) => (size < 0 ? sizeOf(x.shape) / known : size)), dtype: x.dtype}];
  }),
  ExpandDims: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'input');
      const shape = [...x.shape];
      shape.splice(positive(attributes<{dim: number}>(attrs).dim, x.shape.length + 1), 0, 1);
      return [{shape, dtype: x.dtype}];
    },
    lower: (call, builder) => builder.defineView(call.outputs[0]!, input(call.inputs, 'input')),
  },
  ZerosLike: filled(0),
  OnesLike: filled(1),
  Fill: {
    infer: (_, attrs) => {
      const {shape, dtype} = attributes<{shape: number[]; dtype?: 'float32' | 'int32' | 'bool'}>(attrs);
      return [{shape, dtype: dtype ?? 'float32'}];
    },
    lower: (call, builder) => {
      const output = call.outputs[0]!;
      const {value} = attributes<{value: number}>(call.attrs);
      builder.define(output, builder.in({...output, source: {kind: 'constant', value}}, 'channelsLast'));
    },
  },
  Transpose: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'x');
      return [{shape: attributes<{perm: number[]}>(attrs).perm.map((axis) => x.shape[axis]!), dtype: x.dtype}];
    },
    lower: (call, builder) =>
      builder.define(
        call.outputs[0]!,
        builder.node('Transpose', [builder.plain(input(call.inputs, 'x'))], {
          perm: attributes<{perm: number[]}>(call.attrs).perm,
        }),
      ),
  },
  Tile: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const {reps} = attributes<{reps: number[]}>(attrs);
      return [{shape: x.shape.map((size, axis) => size * reps[axis]!), dtype: x.dtype}];
    },
    lower: (call, builder) => {
      const x = input(call.inputs, 'x');
      const {reps} = attributes<{reps: number[]}>(call.attrs);
      const repeatsOnes = x.shape.every((size, axis) => size === 1 || reps[axis] === 1);
      const sizes = repeatsOnes ? call.outputs[0]!.shape : reps;
      builder.define(
        call.outputs[0]!,
        builder.node(repeatsOnes ? 'Expand' : 'Tile', [builder.plain(x), builder.integers(sizes)]),
      );
    },
  },
  Slice: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const {begin, size} = attributes<{begin: number[]; size: number[]}>(attrs);
      return [
        {shape: x.shape.map((length, axis) => (size[axis]! < 0 ? length - begin[axis]! : size[axis]!)), dtype: x.dtype},
      ];
    },
    lower: (call, builder) => {
      const {begin} = attributes<{begin: number[]}>(call.attrs);
      const output = call.outputs[0]!;
      const ends = begin.map((start, axis) => start + output.shape[axis]!);
      builder.define(
        output,
        builder.node('Slice', [
          builder.plain(input(call.inputs, 'x')),
          builder.integers(begin),
          builder.integers(ends),
        ]),
      );
    },
  },
  Concat: {
    infer: (inputs, attrs) => {
      const values = listed(inputs);
      const axis = positive(attributes<{axis: number}>(attrs).axis, values[0]!.shape.length);
      const shape = [...values[0]!.shape];
      shape[axis] = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
      return [{shape, dtype: values[0]!.dtype}];
    },
    lower: (call, builder) => {
      const values = listed(call.inputs);
      const axis = positive(attributes<{axis: number}>(call.attrs).axis, values[0]!.shape.length);
      const layout = layoutOf(builder, values);
      const names = values.map((value) => builder.in(value, layout));
      builder.define(call.outputs[0]!, builder.node('Concat', names, {axis: axisIn(layout, axis)}), layout);
    },
  },
  SplitV: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const {numOrSizeSplits, axis} = attributes<{numOrSizeSplits: number | number[]; axis: number}>(attrs);
      const along = positive(axis, x.shape.length);
      const total = x.shape[along]!;
      const sizes = Array.isArray(numOrSizeSplits)
        ? numOrSizeSplits
        : Array<number>(numOrSizeSplits).fill(total / numOrSizeSplits);
      const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
      return sizes.map((size) => ({shape: x.shape.with(along, size < 0 ? total - known : size), dtype: x.dtype}));
    },
    lower: (call, builder) => {
      const x = input(call.inputs, 'x');
      const axis = positive(attributes<{axis: number}>(call.attrs).axis, x.shape.length);
      const sizes = call.outputs.map((output) => output.shape[axis]!);
      const layout = layoutOf(builder, [x]);
      const names = builder.split(builder.in(x, layout), axisIn(layout, axis), sizes);
      for (const [index, output] of call.outputs.entries()) builder.define(output, names[index]!, layout);
    },
  },
  PadV2: {
    infer: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const {paddings} = attributes<{paddings: [number, number][]}>(attrs);
      return [{shape: x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]), dtype: x.dtype}];
    },
    lower: (call, builder) => {
      const {paddings, constantValue} = attributes<{paddings: [number, number][]; constantValue: number}>(call.attrs);
      const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
      builder.define(
        call.outputs[0]!,
        builder.node('Pad', [
          builder.plain(input(call.inputs, 'x')),
          builder.integers(pads),
          builder.float(constantValue),
        ]),
      );
    },
  },
} as const satisfies Record<string, Kernel>;
