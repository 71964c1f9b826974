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
  return builder.nodes('MaxPool', [builder.channelsFirst(x)], geometry(x.shape, attrs).onnx, 2);
}

/** MaxUnpool overwrites where windows overlap, so those gradients are scattered with addition instead. */
function lowerMaxPoolGrad(call: KernelCall, builder: GraphBuilder): void {
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
  const {top, left, bottom, right} = info.padInfo;
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
  const output_padding = [
    inHeight - ((outHeight - 1) * strideHeight + filterHeight - top - bottom),
    inWidth - ((outWidth - 1) * strideWidth + filterWidth - left - right),
  ];
  const spread = builder.node('ConvTranspose', [scaled, ones], {...onnx, output_padding, group: inChannels});
  builder.define(call.outputs[0]!, spread, 'channelsFirst');
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
