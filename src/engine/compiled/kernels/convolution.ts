import {backend_util} from '@tensorflow/tfjs-core';
import type {Shape} from '../../../support/tensor.js';
import type {KernelCall, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {emitActivation} from './activation.js';
import {attributes, input, type Kernel} from './kernel.js';

type Shape4 = [number, number, number, number];

interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations?: number | [number, number];
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** TensorFlow.js's own padding and size arithmetic. Shapes are NHWC and [height, width, inChannels, outChannels]. */
function geometry(xShape: Shape, filterShape: Shape, attrs: ConvAttrs) {
  const info = backend_util.computeConv2DInfo(
    [...xShape] as Shape4,
    [...filterShape] as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
  );
  const {top, left, bottom, right} = info.padInfo;
  return {
    ...info,
    pads: [top, left, bottom, right],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
  };
}

/** [height, width, in, out] → ONNX's [out, in, height, width]. */
const filterForOnnx = (builder: GraphBuilder, filter: RecordedValue): string =>
  builder.node('Transpose', [builder.plain(filter)], {perm: [3, 2, 0, 1]});

function lowerForward(call: KernelCall, builder: GraphBuilder): void {
  const [x, filter] = [input(call.inputs, 'x'), input(call.inputs, 'filter')];
  const attrs = attributes<ConvAttrs>(call.attrs);
  const {pads, strides, dilations} = geometry(x.shape, filter.shape, attrs);
  const inputs = [builder.channelsFirst(x), filterForOnnx(builder, filter)];
  const bias = call.inputs.bias;
  if (bias) inputs.push(builder.as(bias, [filter.shape[3]!]));
  const product = builder.node('Conv', inputs, {pads, strides, dilations, kernel_shape: filter.shape.slice(0, 2)});
  builder.define(
    call.outputs[0]!,
    emitActivation(builder, product, attrs.activation, attrs.leakyreluAlpha),
    'channelsFirst',
  );
}

const forward: Kernel = {
  infer: (inputs, attrs) => {
    const info = geometry(input(inputs, 'x').shape, input(inputs, 'filter').shape, attributes<ConvAttrs>(attrs));
    return [{shape: info.outShape, dtype: 'float32'}];
  },
  lower: lowerForward,
};

/** The filter mirrored in height and width, [height, width, a, b] → [a, b, height, width]: what a stride-1 input gradient convolves with. */
export function turnedFilter(builder: GraphBuilder, filter: RecordedValue): string {
  const [height, width] = [filter.shape[0]!, filter.shape[1]!];
  const flipped = builder.node('Slice', [
    builder.plain(filter),
    builder.integers([-1, -1]),
    builder.integers([-height - 1, -width - 1]),
    builder.integers([0, 1]),
    builder.integers([-1, -1]),
  ]);
  return builder.node('Transpose', [flipped], {perm: [2, 3, 0, 1]});
}

/** Gradient of the input: with stride 1 a convolution by the flipped filter (faster than ConvTranspose), else ConvTranspose. */
function lowerBackpropInput(call: KernelCall, builder: GraphBuilder): void {
  const [dy, filter] = [input(call.inputs, 'dy'), input(call.inputs, 'filter')];
  const attrs = attributes<ConvAttrs & {inputShape: Shape}>(call.attrs);
  const info = geometry(attrs.inputShape, filter.shape, attrs);
  const [filterHeight, filterWidth] = [filter.shape[0]!, filter.shape[1]!];
  const [top, left, bottom, right] = info.pads as Shape4;
  const kernel_shape = [filterHeight, filterWidth];
  const output = call.outputs[0]!;
  if (info.strideHeight === 1 && info.strideWidth === 1) {
    const turned = turnedFilter(builder, filter);
    const pads = [filterHeight - 1 - top, filterWidth - 1 - left, filterHeight - 1 - bottom, filterWidth - 1 - right];
    builder.define(
      output,
      builder.node('Conv', [builder.channelsFirst(dy), turned], {pads, kernel_shape}),
      'channelsFirst',
    );
    return;
  }
  const reached = (size: number, stride: number, kernel: number, before: number, after: number): number =>
    (size - 1) * stride + kernel - before - after;
  const output_padding = [
    info.inHeight - reached(info.outHeight, info.strideHeight, filterHeight, top, bottom),
    info.inWidth - reached(info.outWidth, info.strideWidth, filterWidth, left, right),
  ];
  const product = builder.node('ConvTranspose', [builder.channelsFirst(dy), filterForOnnx(builder, filter)], {
    pads: info.pads,
    strides: info.strides,
    output_padding,
    kernel_shape,
  });
  builder.define(output, product, 'channelsFirst');
}

/**
 * Gradient of the filter as one matrix product over channel-major patches: x as [C, B, H, W] is padded and sliced once per
 * filter position, the slices are stacked on axis 0, and [kh·kw·C, B·oh·ow] · [B·oh·ow, O] is the gradient in TensorFlow.js's own
 * order, with no transpose after it. Twice as fast as one convolution with the gradient as its kernel.
 */
function lowerBackpropFilter(call: KernelCall, builder: GraphBuilder): void {
  const [x, dy] = [input(call.inputs, 'x'), input(call.inputs, 'dy')];
  const attrs = attributes<ConvAttrs & {filterShape: Shape}>(call.attrs);
  const info = geometry(x.shape, attrs.filterShape, attrs);
  const {outHeight, outWidth, strideHeight, strideWidth, inChannels, outChannels, batchSize} = info;
  const [top, left, bottom, right] = info.pads as Shape4;
  const channelMajor = builder.node('Transpose', [builder.channelsFirst(x)], {perm: [1, 0, 2, 3]});
  const padded = info.pads.some((size) => size > 0)
    ? builder.node('Pad', [channelMajor, builder.integers([0, 0, top, left, 0, 0, bottom, right]), builder.float(0)])
    : channelMajor;
  const patches: string[] = [];
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      patches.push(
        builder.node('Slice', [
          padded,
          builder.integers([row, column]),
          builder.integers([row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1]),
          builder.integers([2, 3]),
          builder.integers([strideHeight, strideWidth]),
        ]),
      );
    }
  }
  const numPositions = batchSize * outHeight * outWidth;
  const rows = info.filterHeight * info.filterWidth * inChannels;
  const stacked = patches.length === 1 ? patches[0]! : builder.node('Concat', patches, {axis: 0});
  const columns = builder.node('Reshape', [stacked, builder.integers([rows, numPositions])]);
  const gradients = builder.node('Reshape', [builder.plain(dy), builder.integers([numPositions, outChannels])]);
  const product = builder.node('Gemm', [columns, gradients]);
  builder.defineView(call.outputs[0]!, builder.temporary([rows, outChannels], 'float32', product));
}

export const convolutionKernels = {
  Conv2D: forward,
  FusedConv2D: forward,
  Conv2DBackpropInput: {
    infer: (_, attrs) => [{shape: attributes<{inputShape: Shape}>(attrs).inputShape, dtype: 'float32'}],
    lower: lowerBackpropInput,
  },
  Conv2DBackpropFilter: {
    infer: (_, attrs) => [{shape: attributes<{filterShape: Shape}>(attrs).filterShape, dtype: 'float32'}],
    lower: lowerBackpropFilter,
  },
} as const satisfies Record<string, Kernel>;
