import {backend_util} from '@tensorflow/tfjs-core';
import {type Shape, sizeOf} from '../../../support/tensor.js';
import type {KernelCall, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {attributes, input, type Kernel, like} from './kernel.js';

type Shape4 = [number, number, number, number];

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
}

function geometry(xShape: Shape, rawAttrs: Readonly<Record<string, unknown>>) {
  const attrs = attributes<PoolAttrs>(rawAttrs);
  const info = backend_util.computePool2DInfo([...xShape] as Shape4, attrs.filterSize, attrs.strides, 1, attrs.pad);
  const {top, left, bottom, right} = info.padInfo;
  return {
    info,
    onnx: {
      kernel_shape: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      pads: [top, left, bottom, right],
    },
    overlaps: info.strideHeight < info.filterHeight || info.strideWidth < info.filterWidth,
  };
}

/** The maxima and where they stand in the flat [batch, channels, height, width] input. The index output is dropped when nobody reads it. */
function maxPoolWithIndices(
  builder: GraphBuilder,
  x: RecordedValue,
  attrs: Readonly<Record<string, unknown>>,
): readonly string[] {
  const numOutputs = builder.isPortable ? 1 : 2;
  return builder.nodes('MaxPool', [builder.channelsFirst(x)], geometry(x.shape, attrs).onnx, numOutputs);
}

/** MaxUnpool overwrites where windows overlap, so those gradients are scattered with addition instead. */
function lowerMaxPoolGrad(call: KernelCall, builder: GraphBuilder): void {
  if (builder.isPortable) {
    lowerMaxPoolGradPortably(call, builder);
    return;
  }
  const [dy, x] = [input(call.inputs, 'dy'), input(call.inputs, 'input')];
  const {onnx, overlaps} = geometry(x.shape, call.attrs);
  const indices = maxPoolWithIndices(builder, x, call.attrs)[1]!;
  const [batch, height, width, channels] = x.shape as Shape4;
  const shape = builder.integers([batch, channels, height, width]);
  const output = call.outputs[0]!;
  if (!overlaps) {
    builder.define(
      output,
      builder.node('MaxUnpool', [builder.channelsFirst(dy), indices, shape], onnx),
      'channelsFirst',
    );
    return;
  }
  const flat = (name: string): string => builder.node('Reshape', [name, builder.integers([-1])]);
  const zeros = builder.node('Expand', [builder.float(0), builder.integers([sizeOf(x.shape)])]);
  const sums = builder.node('ScatterElements', [zeros, flat(indices), flat(builder.channelsFirst(dy))], {
    axis: 0,
    reduction: 'add',
  });
  builder.define(output, builder.node('Reshape', [sums, shape]), 'channelsFirst');
}

/**
 * Where MaxPool tells no indices: the windows' numbers side by side, the first of each that is its maximum, and dy there. The windows are
 * brought back by a reshape where they tile the image, else by a transposed convolution with ones, which adds where they overlap.
 */
function lowerMaxPoolGradPortably(call: KernelCall, builder: GraphBuilder): void {
  const [dy, x] = [input(call.inputs, 'dy'), input(call.inputs, 'input')];
  const {info, onnx} = geometry(x.shape, call.attrs);
  const {batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth} = info;
  const maxima = maxPoolWithIndices(builder, x, call.attrs)[0]!;
  const images = batchSize * inChannels;
  const numbers = Array.from({length: filterHeight * filterWidth}, (_, index) => index);
  /** dy at the first maximum of each window and 0 elsewhere. `axes`: those of a window. */
  const atMaxima = (windows: string, numbered: Shape, perWindow: Shape, axes: readonly number[]): string => {
    const [values, gradients] = [maxima, builder.channelsFirst(dy)].map((name) =>
      builder.node('Reshape', [name, builder.integers(perWindow)]),
    ) as [string, string];
    const isMaximum = builder.node('Equal', [windows, values]);
    const order = builder.constant('float32', numbers, numbered);
    const candidates = builder.node('Where', [isMaximum, order, builder.float(numbers.length)]);
    const first = builder.node('ReduceMin', [candidates, builder.integers(axes)], {keepdims: 1});
    return builder.node('Where', [builder.node('Equal', [candidates, first]), gradients, builder.float(0)]);
  };
  const shape = builder.integers([batchSize, inChannels, inHeight, inWidth]);
  if (tiles(info)) {
    const windows = [images, outHeight, filterHeight, outWidth, filterWidth];
    const apart = builder.node('Reshape', [builder.channelsFirst(x), builder.integers(windows)]);
    const perWindow = [images, outHeight, 1, outWidth, 1];
    const gradients = atMaxima(apart, [1, 1, filterHeight, 1, filterWidth], perWindow, [2, 4]);
    builder.define(call.outputs[0]!, builder.node('Reshape', [gradients, shape]), 'channelsFirst');
    return;
  }
  const [top, left, bottom, right] = onnx.pads as Shape4;
  const lowest = builder.float(-3.4e38);
  const padded = onnx.pads.some((size) => size > 0)
    ? builder.node('Pad', [builder.channelsFirst(x), builder.integers([0, 0, top, left, 0, 0, bottom, right]), lowest])
    : builder.channelsFirst(x);
  const [rows, columns] = [(outHeight - 1) * info.strideHeight + 1, (outWidth - 1) * info.strideWidth + 1];
  const corners = numbers.map((index) => [Math.floor(index / filterWidth), index % filterWidth] as const);
  const slices = corners.map(([row, column]) => {
    const slice = builder.node('Slice', [
      padded,
      builder.integers([row, column]),
      builder.integers([row + rows, column + columns]),
      builder.integers([2, 3]),
      builder.integers(onnx.strides),
    ]);
    return builder.node('Reshape', [slice, builder.integers([images, 1, outHeight, outWidth])]);
  });
  const windows = slices.length === 1 ? slices[0]! : builder.node('Concat', slices, {axis: 1});
  const perWindow = [images, 1, outHeight, outWidth];
  const gradients = atMaxima(windows, [1, numbers.length, 1, 1], perWindow, [1]);
  const ones = numbers.flatMap((index) => numbers.map((other) => (other === index ? 1 : 0)));
  const places = builder.constant('float32', ones, [numbers.length, 1, filterHeight, filterWidth]);
  const spread = builder.node('ConvTranspose', [gradients, places], {...onnx, output_padding: restOf(info)});
  builder.define(call.outputs[0]!, builder.node('Reshape', [spread, shape]), 'channelsFirst');
}

type PoolInfo = ReturnType<typeof geometry>['info'];

/** Whether the windows lie side by side and cover the image. */
const tiles = (info: PoolInfo): boolean =>
  info.strideHeight === info.filterHeight &&
  info.strideWidth === info.filterWidth &&
  info.outHeight * info.filterHeight === info.inHeight &&
  info.outWidth * info.filterWidth === info.inWidth;

/** Rows and columns at the end that no window reaches. */
const restOf = ({padInfo: {top, left, bottom, right}, ...info}: PoolInfo): readonly number[] => [
  info.inHeight - ((info.outHeight - 1) * info.strideHeight + info.filterHeight - top - bottom),
  info.inWidth - ((info.outWidth - 1) * info.strideWidth + info.filterWidth - left - right),
];

/** How many real (not padded) positions the window over `position` covers. */
function covered(position: number, stride: number, filter: number, before: number, size: number): number {
  const start = position * stride - before;
  return Math.min(start + filter, size) - Math.max(start, 0);
}

/** Spreads dy / (positions of the window) over each window: a grouped transposed convolution with ones. */
function lowerAvgPoolGrad(call: KernelCall, builder: GraphBuilder): void {
  const [dy, x] = [input(call.inputs, 'dy'), input(call.inputs, 'input')];
  const {info, onnx} = geometry(x.shape, call.attrs);
  const {filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, inHeight, inWidth, inChannels} =
    info;
  const output = call.outputs[0]!;
  if (builder.isPortable && tiles(info)) {
    const [images, share] = [info.batchSize * inChannels, 1 / (filterHeight * filterWidth)];
    const scaled = builder.node('Mul', [builder.channelsFirst(dy), builder.float(share)]);
    const apart = builder.node('Reshape', [scaled, builder.integers([images, outHeight, 1, outWidth, 1])]);
    const windows = builder.integers([images, outHeight, filterHeight, outWidth, filterWidth]);
    const shape = builder.integers([info.batchSize, inChannels, inHeight, inWidth]);
    builder.define(output, builder.node('Reshape', [builder.node('Expand', [apart, windows]), shape]), 'channelsFirst');
    return;
  }
  const {top, left} = info.padInfo;
  const shares: number[] = [];
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const rows = covered(row, strideHeight, filterHeight, top, inHeight);
      shares.push(1 / (rows * covered(column, strideWidth, filterWidth, left, inWidth)));
    }
  }
  const uniform = shares.every((share) => share === shares[0]);
  const share = uniform ? builder.float(shares[0]!) : builder.constant('float32', shares, [1, 1, outHeight, outWidth]);
  const scaled = builder.node('Mul', [builder.channelsFirst(dy), share]);
  const ones = builder.node('Expand', [builder.float(1), builder.integers([inChannels, 1, filterHeight, filterWidth])]);
  const spread = builder.node('ConvTranspose', [scaled, ones], {
    ...onnx,
    output_padding: restOf(info),
    group: inChannels,
  });
  builder.define(output, spread, 'channelsFirst');
}

const pool = (lower: Kernel['lower']): Kernel => ({
  infer: (inputs, attrs) => {
    const x = input(inputs, 'x');
    return [{shape: geometry(x.shape, attrs).info.outShape, dtype: x.dtype}];
  },
  lower,
});

const gradient = (lower: Kernel['lower']): Kernel => ({
  infer: (inputs) => [like(input(inputs, 'input'), 'float32')],
  lower,
});

export const poolingKernels = {
  MaxPool: pool((call, builder) =>
    builder.define(
      call.outputs[0]!,
      maxPoolWithIndices(builder, input(call.inputs, 'x'), call.attrs)[0]!,
      'channelsFirst',
    ),
  ),
  AvgPool: pool((call, builder) => {
    const x = input(call.inputs, 'x');
    const averaged = builder.node('AveragePool', [builder.channelsFirst(x)], {
      ...geometry(x.shape, call.attrs).onnx,
      count_include_pad: 0,
    });
    builder.define(call.outputs[0]!, averaged, 'channelsFirst');
  }),
  MaxPoolGrad: gradient(lowerMaxPoolGrad),
  AvgPoolGrad: gradient(lowerAvgPoolGrad),
} as const satisfies Record<string, Kernel>;
