import {backend_util} from '@tensorflow/tfjs-core';
import type {Shape} from '../../../support/tensor.js';
import type {KernelCall, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import type {OnnxAttribute} from '../onnx/proto.js';
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

/**
 * [height, width, in, out] in the order of blocked convolutions, [out / block, in / block, height, width, block of in, block of out], under
 * the shape [out, in, height, width]. With fewer in-channels than a block they are not split: [out / block, in, height, width, block of out].
 */
function filterForBlocks(builder: GraphBuilder, filter: RecordedValue): string {
  const block = builder.blockSize;
  const [height, width, inChannels, outChannels] = filter.shape as Shape4;
  const isSplit = inChannels >= block;
  const shape = [height, width, ...(isSplit ? [inChannels / block, block] : [inChannels]), outChannels / block, block];
  const perm = isSplit ? [4, 2, 0, 1, 3, 5] : [3, 2, 0, 1, 4];
  const turned = builder.node('Transpose', [builder.as(filter, shape)], {perm});
  return builder.node('Reshape', [turned, builder.integers([outChannels, inChannels, height, width])]);
}

/**
 * An ordinary convolution, channels first. ONNX Runtime 1.30 errs on WebGPU in two cases, which are led round: where the channels are a
 * multiple of three above three and not of four (onnxruntime issue 29651), by more channels, of zeros; and where the filter is as large as the
 * image and only its end is padded, by padding its start too.
 * @param image of `channels` channels @param filters [out, channels, height, width]
 */
function convolve(
  builder: GraphBuilder,
  [image, filters, ...bias]: readonly [string, string, ...string[]],
  {
    channels,
    outChannels,
    imageSize,
  }: {readonly channels: number; readonly outChannels: number; readonly imageSize: Shape},
  onnx: {
    readonly pads: readonly number[];
    readonly kernel_shape: readonly number[];
    readonly strides: readonly number[];
  } & Readonly<Record<string, OnnxAttribute>>,
): string {
  if (!builder.isPortable) return builder.node('Conv', [image, filters, ...bias], onnx);
  const more = channels > 3 && channels % 3 === 0 && outChannels % 4 === 0 ? (4 - (channels % 4)) % 4 : 0;
  const deepened = (name: string): string =>
    more === 0 ? name : builder.node('Pad', [name, builder.integers([0, 0, 0, 0, 0, more, 0, 0]), builder.float(0)]);
  const inputs = [deepened(image), deepened(filters), ...bias];
  const [top, left, bottom, right] = onnx.pads as Shape4;
  const isWhole = onnx.kernel_shape.every((size, axis) => size === imageSize[axis]);
  if (!isWhole || top > 0 || left > 0 || (bottom === 0 && right === 0)) return builder.node('Conv', inputs, onnx);
  // One step more at the start, which is cut off again: what is only padded, ONNX Runtime would make part of the convolution.
  const [rows, columns] = onnx.strides as [number, number];
  const larger = builder.node('Conv', inputs, {...onnx, pads: [rows, columns, bottom, right]});
  const all = builder.integers([2 ** 31 - 1, 2 ** 31 - 1]);
  return builder.node('Slice', [larger, builder.integers([1, 1]), all, builder.integers([2, 3])]);
}

function lowerForward(call: KernelCall, builder: GraphBuilder): void {
  const [x, filter] = [input(call.inputs, 'x'), input(call.inputs, 'filter')];
  const attrs = attributes<ConvAttrs>(call.attrs);
  const {pads, strides, dilations, inChannels, outChannels} = geometry(x.shape, filter.shape, attrs);
  const isUnsplit = inChannels < builder.blockSize;
  const isBlocked = builder.hasBlocks(outChannels) && (isUnsplit || builder.hasBlocks(inChannels));
  const image = isBlocked && !isUnsplit ? builder.blocked(x) : builder.channelsFirst(x);
  const inputs: [string, string, ...string[]] = [image, (isBlocked ? filterForBlocks : filterForOnnx)(builder, filter)];
  const bias = call.inputs.bias;
  if (bias) inputs.push(builder.as(bias, [outChannels]));
  const onnx = {pads, strides, dilations, kernel_shape: filter.shape.slice(0, 2)};
  const sizes = {channels: inChannels, outChannels, imageSize: x.shape.slice(1, 3)};
  const product = isBlocked ? builder.blockedNode('Conv', inputs, onnx) : convolve(builder, inputs, sizes, onnx);
  builder.define(
    call.outputs[0]!,
    emitActivation(builder, product, attrs.activation, attrs.leakyreluAlpha),
    isBlocked ? 'blocked' : 'channelsFirst',
  );
}

const forward: Kernel = {
  infer: (inputs, attrs) => {
    const info = geometry(input(inputs, 'x').shape, input(inputs, 'filter').shape, attributes<ConvAttrs>(attrs));
    return [{shape: info.outShape, dtype: 'float32'}];
  },
  lower: lowerForward,
};

/** The filter mirrored in height and width. */
function mirrored(builder: GraphBuilder, filter: RecordedValue): string {
  const [height, width] = [filter.shape[0]!, filter.shape[1]!];
  return builder.node('Slice', [
    builder.plain(filter),
    builder.integers([-1, -1]),
    builder.integers([-height - 1, -width - 1]),
    builder.integers([0, 1]),
    builder.integers([-1, -1]),
  ]);
}

/** The mirrored filter, [height, width, a, b] → [a, b, height, width]: what a stride-1 input gradient convolves with. */
export const turnedFilter = (builder: GraphBuilder, filter: RecordedValue): string =>
  builder.node('Transpose', [mirrored(builder, filter)], {perm: [2, 3, 0, 1]});

/** The same for a convolution on blocks, which takes `b` channels and gives `a`. */
function turnedFilterForBlocks(builder: GraphBuilder, filter: RecordedValue): string {
  const block = builder.blockSize;
  const [height, width, a, b] = filter.shape as Shape4;
  const split = builder.integers([height, width, a / block, block, b / block, block]);
  const blocks = builder.node('Reshape', [mirrored(builder, filter), split]);
  const turned = builder.node('Transpose', [blocks], {perm: [2, 4, 0, 1, 5, 3]});
  return builder.node('Reshape', [turned, builder.integers([a, b, height, width])]);
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
    const pads = [filterHeight - 1 - top, filterWidth - 1 - left, filterHeight - 1 - bottom, filterWidth - 1 - right];
    if (builder.hasBlocks(info.inChannels) && builder.hasBlocks(info.outChannels)) {
      const inputs = [builder.blocked(dy), turnedFilterForBlocks(builder, filter)];
      builder.define(output, builder.blockedNode('Conv', inputs, {pads, kernel_shape}), 'blocked');
      return;
    }
    const inputs = [builder.channelsFirst(dy), turnedFilter(builder, filter)] as const;
    const sizes = {channels: info.outChannels, outChannels: info.inChannels, imageSize: dy.shape.slice(1, 3)};
    builder.define(output, convolve(builder, inputs, sizes, {pads, kernel_shape, strides: [1, 1]}), 'channelsFirst');
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
 * Gradient of the filter by whichever form is fastest: on blocks a convolution of x by dy, otherwise a matrix product over patches.
 * A 1×1 filter has no patches to cut out, so the product is all there is to do.
 */
function lowerBackpropFilter(call: KernelCall, builder: GraphBuilder): void {
  const [x, dy] = [input(call.inputs, 'x'), input(call.inputs, 'dy')];
  const {filterShape} = attributes<ConvAttrs & {filterShape: Shape}>(call.attrs);
  const info = geometry(x.shape, filterShape, attributes<ConvAttrs>(call.attrs));
  const isBlocked = builder.hasBlocks(info.batchSize) && builder.hasBlocks(info.outChannels);
  const onCpu =
    isBlocked && info.filterHeight * info.filterWidth > 1 ? filterGradientOnBlocks : filterGradientOfPatches;
  const form = builder.isPortable && isLong(info) ? filterGradientOfExamples : onCpu;
  form(call.outputs[0]!, x, dy, info, builder);
}

type Geometry = ReturnType<typeof geometry>;

/**
 * x as [C, B, H, W] convolved with dy as [O, B, oh, ow]: examples and channels change places, strides and dilations too, and what comes out
 * is [C, O, kh, kw]. ONNX Runtime does this as one kernel as large as the image only on blocks at a good pace: twice that of the product.
 */
function filterGradientOnBlocks(
  gradient: RecordedValue,
  x: RecordedValue,
  dy: RecordedValue,
  info: Geometry,
  builder: GraphBuilder,
): void {
  const {batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth, inHeight, inWidth} = info;
  const block = builder.blockSize;
  const [top, left] = info.pads as Shape4;
  const reach = (out: number, stride: number, filter: number, dilation: number): number =>
    (out - 1) * stride + (filter - 1) * dilation + 1;
  // What is read of x and no more: a negative padding cuts off.
  const bottom = reach(outHeight, info.strideHeight, filterHeight, info.dilationHeight) - inHeight - top;
  const right = reach(outWidth, info.strideWidth, filterWidth, info.dilationWidth) - inWidth - left;
  const rows =
    inChannels === 1
      ? builder.channelsFirst(x)
      : builder.rowsTransposed(builder.channelsFirst(x), [batchSize, inChannels, inHeight * inWidth], [1, 0, 2]);
  const turned = builder.node('Reshape', [rows, builder.integers([inChannels, batchSize, inHeight, inWidth])]);
  const reordered = builder.blockedNode('ReorderInput', [turned]);
  const images = [top, left, bottom, right].some((size) => size !== 0)
    ? paddedBlocks(builder, reordered, [inChannels, batchSize, inHeight, inWidth], [top, left, bottom, right])
    : reordered;
  const blocks = [batchSize / block, block, outChannels / block, outHeight * outWidth, block];
  const filters = builder.node('Reshape', [
    builder.rowsTransposed(builder.blocked(dy), blocks, [2, 0, 3, 1, 4]),
    builder.integers([outChannels, batchSize, outHeight, outWidth]),
  ]);
  const product = builder.blockedNode('Conv', [images, filters], {
    kernel_shape: [outHeight, outWidth],
    strides: info.dilations,
    dilations: info.strides,
  });
  const first = builder.blockedNode('ReorderOutput', [product], {channels: outChannels});
  builder.define(gradient, builder.node('Transpose', [first], {perm: [2, 3, 0, 1]}));
}

/** Padded in blocks, where a row is some hundred numbers that lie together. @param shape channels first */
function paddedBlocks(builder: GraphBuilder, name: string, shape: Shape4, [top, left, bottom, right]: Shape4): string {
  const [images, channels, height, width] = shape;
  const split = [images, channels / builder.blockSize, height, width, builder.blockSize];
  const axes = builder.node('Reshape', [name, builder.integers(split)]);
  const pads = builder.integers([0, 0, top, left, 0, 0, 0, bottom, right, 0]);
  const padded = builder.node('Pad', [axes, pads, builder.float(0)]);
  return builder.node('Reshape', [
    padded,
    builder.integers([images, channels, top + height + bottom, left + width + right]),
  ]);
}

/** Rows and columns of a product that a GPU's group of threads computes, more or less; groups that keep one busy; numbers that are few. */
const [tileSize, numTilesEnough, numFew] = [32, 512, 2 ** 26];

/** Whether the gradient is so small and its sums so long that a GPU would be idle with one product, and one for each example is little memory. */
function isLong({batchSize, inChannels, outChannels, filterHeight, filterWidth}: Geometry): boolean {
  const rows = filterHeight * filterWidth * inChannels;
  const numTiles = Math.ceil(rows / tileSize) * Math.ceil(outChannels / tileSize);
  return numTiles < numTilesEnough && batchSize * rows * outChannels <= numFew;
}

/** A product over patches for each example, [B, kh·kw·C, oh·ow] · [B, oh·ow, O], and the sum of them: more to do at once, and no transposes. */
function filterGradientOfExamples(
  gradient: RecordedValue,
  x: RecordedValue,
  dy: RecordedValue,
  info: Geometry,
  builder: GraphBuilder,
): void {
  const {batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth} = info;
  const rows = filterHeight * filterWidth * inChannels;
  const patches = patchesOf(builder, builder.channelsFirst(x), info, 1);
  const columns = builder.node('Reshape', [patches, builder.integers([batchSize, rows, outHeight * outWidth])]);
  const gradients = builder.as(dy, [batchSize, outHeight * outWidth, outChannels]);
  const products = builder.node('MatMul', [columns, gradients]);
  const sum = builder.node('ReduceSum', [products, builder.integers([0])], {keepdims: 0});
  builder.defineView(gradient, builder.temporary([rows, outChannels], 'float32', sum));
}

/** What each position of the filter sees of the images, [·, ·, oh, ow], joined along an axis. @param image [·, ·, height, width] */
function patchesOf(builder: GraphBuilder, image: string, info: Geometry, axis: 0 | 1): string {
  const {outHeight, outWidth, strideHeight, strideWidth} = info;
  const [top, left, bottom, right] = info.pads as Shape4;
  const padded = info.pads.some((size) => size > 0)
    ? builder.node('Pad', [image, builder.integers([0, 0, top, left, 0, 0, bottom, right]), builder.float(0)])
    : image;
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
  return patches.length === 1 ? patches[0]! : builder.node('Concat', patches, {axis});
}

/**
 * One matrix product over channel-major patches: x as [C, B, H, W] is padded and sliced once per filter position, the slices are
 * stacked on axis 0, and [kh·kw·C, B·oh·ow] · [B·oh·ow, O] is the gradient in TensorFlow.js's own order, with no transpose after it.
 * Twice as fast as an ordinary convolution with the gradient as its kernel.
 */
function filterGradientOfPatches(
  gradient: RecordedValue,
  x: RecordedValue,
  dy: RecordedValue,
  info: Geometry,
  builder: GraphBuilder,
): void {
  const {outHeight, outWidth, inChannels, outChannels, batchSize} = info;
  const channelMajor = builder.node('Transpose', [builder.channelsFirst(x)], {perm: [1, 0, 2, 3]});
  const stacked = patchesOf(builder, channelMajor, info, 0);
  const numPositions = batchSize * outHeight * outWidth;
  const rows = info.filterHeight * info.filterWidth * inChannels;
  const columns = builder.node('Reshape', [stacked, builder.integers([rows, numPositions])]);
  const gradients = builder.node('Reshape', [builder.plain(dy), builder.integers([numPositions, outChannels])]);
  const product = builder.node('Gemm', [columns, gradients]);
  builder.defineView(gradient, builder.temporary([rows, outChannels], 'float32', product));
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
