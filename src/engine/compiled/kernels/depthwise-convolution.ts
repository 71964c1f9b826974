import {backend_util} from '@tensorflow/tfjs-core';
import type {Shape} from '../../../support/tensor.js';
import type {KernelCall} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {turnedFilter} from './convolution.js';
import {attributes, input, type Kernel} from './kernel.js';

type Shape4 = [number, number, number, number];

interface DepthwiseAttrs {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations?: number | [number, number];
}

/** TensorFlow.js's own padding and size arithmetic. Shapes are NHWC and [height, width, channels, multiplier]. */
function geometry(xShape: Shape, filterShape: Shape, rawAttrs: Readonly<Record<string, unknown>>) {
  const {strides, pad, dilations} = attributes<DepthwiseAttrs>(rawAttrs);
  const shapes = [[...xShape] as Shape4, [...filterShape] as Shape4] as const;
  const info = backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, undefined, true);
  const {top, left, bottom, right} = info.padInfo;
  return {
    ...info,
    pads: [top, left, bottom, right] as Shape4,
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    kernel_shape: [info.filterHeight, info.filterWidth],
    multiplier: filterShape[3]!,
  };
}

/** A grouped convolution with one group per channel: filters as [channels · multiplier, 1, height, width]. */
function lowerForward(call: KernelCall, builder: GraphBuilder): void {
  const [x, filter] = [input(call.inputs, 'x'), input(call.inputs, 'filter')];
  const {pads, strides, dilations, kernel_shape, inChannels, multiplier} = geometry(x.shape, filter.shape, call.attrs);
  const turned = builder.node('Transpose', [builder.plain(filter)], {perm: [2, 3, 0, 1]});
  const kernels = builder.node('Reshape', [turned, builder.integers([inChannels * multiplier, 1, ...kernel_shape])]);
  const product = builder.node('Conv', [builder.channelsFirst(x), kernels], {
    pads,
    strides,
    dilations,
    kernel_shape,
    group: inChannels,
  });
  builder.define(call.outputs[0]!, product, 'channelsFirst');
}

/** Gradient of the input: with stride 1 a grouped convolution by the flipped filters (faster than ConvTranspose), else ConvTranspose. */
function lowerBackpropInput(call: KernelCall, builder: GraphBuilder): void {
  const [dy, filter] = [input(call.inputs, 'dy'), input(call.inputs, 'filter')];
  const {inputShape} = attributes<{inputShape: Shape}>(call.attrs);
  const info = geometry(inputShape, filter.shape, call.attrs);
  const {pads, strides, kernel_shape, inChannels, multiplier, filterHeight, filterWidth} = info;
  const [top, left, bottom, right] = pads;
  const output = call.outputs[0]!;
  if (info.strideHeight === 1 && info.strideWidth === 1) {
    const turned = turnedFilter(builder, filter);
    const around = [filterHeight - 1 - top, filterWidth - 1 - left, filterHeight - 1 - bottom, filterWidth - 1 - right];
    const attrs = {pads: around, kernel_shape, group: inChannels};
    builder.define(output, builder.node('Conv', [builder.channelsFirst(dy), turned], attrs), 'channelsFirst');
    return;
  }
  const turned = builder.node('Transpose', [builder.plain(filter)], {perm: [2, 3, 0, 1]});
  const kernels = builder.node('Reshape', [turned, builder.integers([inChannels * multiplier, 1, ...kernel_shape])]);
  const output_padding = [
    info.inHeight - ((info.outHeight - 1) * info.strideHeight + filterHeight - top - bottom),
    info.inWidth - ((info.outWidth - 1) * info.strideWidth + filterWidth - left - right),
  ];
  const attrs = {pads, strides, output_padding, kernel_shape, group: inChannels};
  const spread = (gradients: string, filters: string): string =>
    builder.node('ConvTranspose', [gradients, filters], attrs);
  const first = builder.channelsFirst(dy);
  if (!builder.isPortable || multiplier === 1) {
    builder.define(output, spread(first, kernels), 'channelsFirst');
    return;
  }
  // ONNX Runtime's WebGPU kernel is wrong where a group has several channels, so each multiple goes by itself.
  const every = (name: string, axis: number, start: number): string => {
    const [from, end, step] = [start, 2 ** 31 - 1, multiplier].map((value) => builder.integers([value]));
    return builder.node('Slice', [name, from!, end!, builder.integers([axis]), step!]);
  };
  const parts = Array.from({length: multiplier}, (_, index) =>
    spread(every(first, 1, index), every(kernels, 0, index)),
  );
  const sum = parts.reduce((left, right) => builder.node('Add', [left, right]));
  builder.define(output, sum, 'channelsFirst');
}

/**
 * Gradient of the filters: every channel of every example is a group of its own, convolved with its output gradient as the kernel,
 * strides and dilations changing places; then the sum over the examples.
 */
function lowerBackpropFilter(call: KernelCall, builder: GraphBuilder): void {
  const [x, dy] = [input(call.inputs, 'x'), input(call.inputs, 'dy')];
  const {filterShape} = attributes<{filterShape: Shape}>(call.attrs);
  const info = geometry(x.shape, filterShape, call.attrs);
  const {pads, batchSize, inChannels, multiplier, inHeight, inWidth, outHeight, outWidth} = info;
  const {filterHeight, filterWidth} = info;
  const groups = batchSize * inChannels;
  const images = builder.node('Reshape', [builder.channelsFirst(x), builder.integers([1, groups, inHeight, inWidth])]);
  const kernels = builder.node('Reshape', [
    builder.channelsFirst(dy),
    builder.integers([groups * multiplier, 1, outHeight, outWidth]),
  ]);
  const each = builder.node('Conv', [images, kernels], {
    pads,
    strides: info.dilations,
    dilations: info.strides,
    kernel_shape: [outHeight, outWidth],
    group: groups,
  });
  const whole = builder.node('Slice', [
    each,
    builder.integers([0, 0]),
    builder.integers([filterHeight, filterWidth]),
    builder.integers([2, 3]),
  ]);
  const apart = builder.node('Reshape', [
    whole,
    builder.integers([batchSize, inChannels, multiplier, filterHeight, filterWidth]),
  ]);
  const sum = builder.node('ReduceSum', [apart, builder.integers([0])], {keepdims: 0});
  builder.define(call.outputs[0]!, builder.node('Transpose', [sum], {perm: [2, 3, 0, 1]}));
}

export const depthwiseConvolutionKernels = {
  DepthwiseConv2dNative: {
    infer: (inputs, attrs) => {
      const {outShape} = geometry(input(inputs, 'x').shape, input(inputs, 'filter').shape, attrs);
      return [{shape: outShape, dtype: 'float32'}];
    },
    lower: lowerForward,
  },
  DepthwiseConv2dNativeBackpropInput: {
    infer: (_, attrs) => [{shape: attributes<{inputShape: Shape}>(attrs).inputShape, dtype: 'float32'}],
    lower: lowerBackpropInput,
  },
  DepthwiseConv2dNativeBackpropFilter: {
    infer: (_, attrs) => [{shape: attributes<{filterShape: Shape}>(attrs).filterShape, dtype: 'float32'}],
    lower: lowerBackpropFilter,
  },
} as const satisfies Record<string, Kernel>;
