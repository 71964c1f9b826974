import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '../../../src/support/tensor.js';
import type {TensorFunction} from './run-compiled.js';

export interface Case {
  readonly shapes: readonly Shape[];
  readonly fn: TensorFunction;
  /** TensorFlow.js has no gradient for it, or it is not what a gradient flows through. */
  readonly noGradient?: true;
  readonly positive?: true;
}

const unary = (fn: (x: tf.Tensor) => tf.Tensor, extra: Partial<Case> = {}): Case => ({
  shapes: [[2, 3, 4]],
  fn: fn as TensorFunction,
  ...extra,
});
const as4 = (x: tf.Tensor | undefined): tf.Tensor4D => x as tf.Tensor4D;
const conv =
  (strides: number | [number, number], pad: 'same' | 'valid'): TensorFunction =>
  (x, w) =>
    tf.conv2d(as4(x), as4(w), strides, pad);
const depthwise =
  (strides: number | [number, number], pad: 'same' | 'valid'): TensorFunction =>
  (x, w) =>
    tf.depthwiseConv2d(as4(x), as4(w), strides, pad);
const condition = (x: tf.Tensor): tf.Tensor => tf.greater(tf.step(x), 0.5);

/** What each line is named after must run through the named kernels; each runs forward and, unless said, backward. */
export const cases: Readonly<Record<string, Case>> = {
  'add, broadcast over leading axes': {shapes: [[2, 3, 4], [4]], fn: (a, b) => tf.add(a!, b!)},
  'add, broadcast both ways': {
    shapes: [
      [2, 1, 4],
      [3, 1],
    ],
    fn: (a, b) => tf.add(a!, b!),
  },
  sub: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    fn: (a, b) => tf.sub(a!, b!),
  },
  'mul by a scalar': {shapes: [[3, 4], []], fn: (a, b) => tf.mul(a!, b!)},
  div: {shapes: [[3, 4], [4]], fn: (a, b) => tf.div(a!, b!)},
  maximum: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    fn: (a, b) => tf.maximum(a!, b!),
  },
  minimum: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    fn: (a, b) => tf.minimum(a!, b!),
  },
  pow: {shapes: [[3, 4]], fn: (a) => tf.pow(a!, 3), positive: true},
  squaredDifference: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    fn: (a, b) => tf.squaredDifference(a!, b!),
  },
  comparisons: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    noGradient: true,
    fn: (a, b) =>
      tf.addN(
        [
          tf.greater(a!, b!),
          tf.greaterEqual(a!, b!),
          tf.less(a!, b!),
          tf.lessEqual(a!, b!),
          tf.equal(a!, a!),
          tf.notEqual(a!, b!),
        ].map((x, i) => tf.mul(tf.cast(x, 'float32'), 2 ** i)),
      ),
  },
  'and, or, not': {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    noGradient: true,
    fn: (a, b) => {
      const [x, y] = [condition(a!), condition(b!)];
      return tf.addN(
        [tf.logicalAnd(x, y), tf.logicalOr(x, y), tf.logicalNot(x)].map((v, i) =>
          tf.mul(tf.cast(v, 'float32'), 2 ** i),
        ),
      );
    },
  },
  where: {
    shapes: [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    noGradient: true,
    fn: (c, a, b) => tf.where(condition(c!), a!, b!),
  },
  neg: unary(tf.neg),
  abs: unary(tf.abs),
  exp: unary(tf.exp),
  log: unary(tf.log, {positive: true}),
  log1p: unary(tf.log1p, {positive: true}),
  expm1: unary(tf.expm1),
  sqrt: unary(tf.sqrt, {positive: true}),
  rsqrt: unary(tf.rsqrt, {positive: true}),
  square: unary(tf.square),
  reciprocal: unary(tf.reciprocal),
  sign: unary(tf.sign, {noGradient: true}),
  floor: unary(tf.floor, {noGradient: true}),
  erf: unary(tf.erf),
  relu: unary(tf.relu),
  relu6: unary((x) => tf.relu6(tf.mul(x, 5))),
  leakyRelu: unary((x) => tf.leakyRelu(x, 0.3)),
  elu: unary(tf.elu),
  selu: unary(tf.selu),
  sigmoid: unary(tf.sigmoid),
  softplus: unary(tf.softplus),
  tanh: unary(tf.tanh),
  clipByValue: unary((x) => tf.clipByValue(x, -0.5, 0.7)),
  'step with alpha': unary((x) => tf.step(x, 0.2), {noGradient: true}),
  'cast to int and back': unary((x) => tf.cast(tf.cast(tf.mul(x, 10), 'int32'), 'float32'), {noGradient: true}),
  softmax: unary((x) => tf.softmax(x)),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  'onesLike and zerosLike': unary((x) => tf.add(tf.onesLike(x), tf.add(x, tf.zerosLike(x)))),
  fill: unary((x) => tf.add(x, tf.fill([3, 4], 2.5))),
  oneHot: unary((x) => tf.oneHot(tf.cast(tf.add(x, 2), 'int32'), 4), {noGradient: true}),
  reshape: unary((x) => tf.exp(tf.reshape(x, [6, -1]))),
  expandDims: unary((x) => tf.exp(tf.expandDims(x, -1))),
  transpose: unary((x) => tf.exp(tf.transpose(x, [2, 0, 1]))),
  tile: unary((x) => tf.square(tf.tile(x, [2, 1, 3]))),
  'tile of axes of one': {shapes: [[2, 1, 3]], fn: (x) => tf.square(tf.tile(x!, [1, 4, 1]))},
  broadcastTo: {shapes: [[2, 1, 3]], fn: (x) => tf.square(tf.broadcastTo(x!, [2, 4, 3]))},
  slice: unary((x) => tf.square(tf.slice(x, [0, 1, 2], [2, -1, 1]))),
  pad: unary((x) =>
    tf.square(
      tf.pad(
        x,
        [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        0.5,
      ),
    ),
  ),
  'unstack and stack along the first axis': unary((x) => tf.stack(tf.unstack(tf.square(x), 0).reverse(), 0)),
  'unstack and stack along a middle axis': unary((x) => tf.stack(tf.unstack(tf.square(x), 1).reverse(), 1)),
  'unstack and stack along the last axis': unary((x) => tf.stack(tf.unstack(tf.square(x), -1).reverse(), -1)),
  'unstack along one axis, stack along another': unary((x) => tf.square(tf.stack(tf.unstack(x, 1), 2))),
  reverse: unary((x) => tf.mul(tf.reverse(tf.square(x), 1), tf.reverse(x, [0, -1]))),
  range: {shapes: [[3, 4]], fn: (x) => tf.mul(x!, tf.range(7, -1, -2))},
  'gather rows of a table': {
    shapes: [[5, 3]],
    fn: (x) => tf.square(tf.gather(x!, tf.reshape(tf.cast(tf.mul(tf.range(0, 12), 0.45), 'int32'), [2, 6]))),
  },
  'gather along a middle axis': unary((x) => tf.square(tf.gather(x, tf.range(2, -1, -1, 'int32'), 1))),
  sin: unary(tf.sin),
  cos: unary(tf.cos),
  concat: {
    shapes: [
      [2, 3],
      [2, 5],
    ],
    fn: (a, b) => tf.square(tf.concat([a!, b!], -1)),
  },
  sum: unary((x) => tf.square(tf.sum(x, 1))),
  'sum of all': unary((x) => tf.square(tf.sum(x))),
  'mean, axes kept': unary((x) => tf.square(tf.sub(x, tf.mean(x, [0, 2], true)))),
  max: unary((x) => tf.square(tf.max(x, -1))),
  min: unary((x) => tf.square(tf.min(x, 0))),
  prod: unary((x) => tf.prod(x, 1), {noGradient: true}),
  matMul: {
    shapes: [
      [3, 4],
      [4, 5],
    ],
    fn: (a, b) => tf.matMul(a!, b!),
  },
  'matMul, transposed operands': {
    shapes: [
      [4, 3],
      [5, 4],
    ],
    fn: (a, b) => tf.matMul(a!, b!, true, true),
  },
  'matMul, batches': {
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    fn: (a, b) => tf.matMul(a!, b!, false, true),
  },
  'matMul, batches, first transposed': {
    shapes: [
      [2, 4, 3],
      [2, 4, 5],
    ],
    fn: (a, b) => tf.matMul(a!, b!, true),
  },
  'matMul, bias, relu': {shapes: [[3, 4], [4, 5], [5]], fn: (a, b, c) => tf.relu(tf.add(tf.matMul(a!, b!), c!))},
  ...Object.fromEntries(
    (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).flatMap((activation): [string, Case][] => [
      [
        `fused matMul, ${activation}`,
        {
          shapes: [[3, 4], [4, 5], [5]],
          noGradient: true,
          fn: (a, b, bias) =>
            tf.fused.matMul({
              a: a as tf.Tensor2D,
              b: b as tf.Tensor2D,
              bias: bias!,
              activation,
              leakyreluAlpha: 0.3,
            }),
        },
      ],
      [
        `fused conv2d, ${activation}`,
        {
          shapes: [[2, 5, 6, 3], [3, 3, 3, 4], [4]],
          noGradient: true,
          fn: (x, filter, bias) =>
            tf.fused.conv2d({
              x: as4(x),
              filter: as4(filter),
              strides: 1,
              pad: 'same',
              bias: bias!,
              activation,
              leakyreluAlpha: 0.3,
            }),
        },
      ],
    ]),
  ),
  'fused conv2d, gradient': {
    shapes: [[2, 5, 6, 3], [3, 3, 3, 4], [4]],
    fn: (x, filter, bias) => tf.fused.conv2d({x: as4(x), filter: as4(filter), strides: 1, pad: 'same', bias: bias!}),
  },
  'conv2d same': {
    shapes: [
      [2, 6, 7, 3],
      [3, 3, 3, 4],
    ],
    fn: conv(1, 'same'),
  },
  'conv2d valid, even filter': {
    shapes: [
      [2, 6, 7, 3],
      [2, 4, 3, 4],
    ],
    fn: conv(1, 'valid'),
  },
  'conv2d same, even filter': {
    shapes: [
      [2, 6, 7, 3],
      [2, 4, 3, 4],
    ],
    fn: conv(1, 'same'),
  },
  'conv2d same, strides': {
    shapes: [
      [2, 7, 8, 3],
      [3, 3, 3, 4],
    ],
    fn: conv(2, 'same'),
  },
  'conv2d valid, strides that leave a rest': {
    shapes: [
      [2, 8, 9, 2],
      [3, 3, 2, 4],
    ],
    fn: conv([2, 3], 'valid'),
  },
  'conv2d of six channels': {
    shapes: [
      [2, 4, 5, 6],
      [3, 3, 6, 8],
    ],
    fn: conv(2, 'same'),
  },
  'conv2d to six channels': {
    shapes: [
      [2, 4, 5, 8],
      [3, 2, 8, 6],
    ],
    fn: conv(1, 'same'),
  },
  'conv2d to so many channels that their filters are a large matrix': {
    shapes: [
      [2, 3, 3, 60],
      [3, 3, 60, 1024],
    ],
    fn: conv(2, 'same'),
  },
  'conv2d same, filter as large as the image': {
    shapes: [
      [2, 2, 2, 4],
      [2, 2, 4, 12],
    ],
    fn: conv(1, 'same'),
  },
  'conv2d 1x1': {
    shapes: [
      [2, 4, 4, 3],
      [1, 1, 3, 2],
    ],
    fn: conv(1, 'same'),
  },
  'conv2d 1x1, strides': {
    shapes: [
      [2, 5, 5, 3],
      [1, 1, 3, 2],
    ],
    fn: conv(2, 'valid'),
  },
  'conv2d of one channel': {
    shapes: [
      [2, 6, 6, 1],
      [5, 5, 1, 4],
    ],
    fn: conv(1, 'same'),
  },
  'conv, bias, relu, pool, conv': {
    shapes: [[2, 8, 8, 1], [3, 3, 1, 4], [4], [3, 3, 4, 2]],
    fn: (x, w, b, v) => {
      const pooled = tf.maxPool(as4(tf.relu(tf.add(tf.conv2d(as4(x), as4(w), 1, 'same'), b!))), 2, 2, 'valid');
      return tf.reshape(tf.conv2d(pooled, as4(v), 1, 'same'), [2, -1]);
    },
  },
  'relu that a pool and somebody else read': {
    shapes: [[2, 7, 7, 3]],
    fn: (x) => {
      const y = tf.relu(x!);
      return tf.add(tf.maxPool(as4(y), 3, 1, 'same'), y);
    },
  },
  'relu, overlapping pool': {shapes: [[2, 7, 7, 3]], fn: (x) => tf.maxPool(as4(tf.relu(x!)), 3, 2, 'same')},
  // Sixteen channels and examples are whole blocks on every processor that has blocked convolutions.
  'convolution on blocks': {
    shapes: [
      [16, 6, 5, 16],
      [3, 3, 16, 32],
    ],
    fn: conv(1, 'same'),
  },
  'convolution on blocks, valid': {
    shapes: [
      [16, 5, 6, 16],
      [3, 2, 16, 16],
    ],
    fn: conv(1, 'valid'),
  },
  'convolution on blocks, strides and rest': {
    shapes: [
      [16, 8, 7, 16],
      [3, 3, 16, 16],
    ],
    fn: conv([2, 3], 'same'),
  },
  'convolution on blocks, strides, valid': {
    shapes: [
      [32, 9, 8, 16],
      [2, 3, 16, 16],
    ],
    fn: conv(2, 'valid'),
  },
  'convolution to blocks from few channels': {
    shapes: [
      [16, 6, 5, 3],
      [3, 3, 3, 16],
    ],
    fn: conv(1, 'same'),
  },
  'convolution of blocks by 1×1': {
    shapes: [
      [16, 4, 5, 16],
      [1, 1, 16, 48],
    ],
    fn: conv(1, 'same'),
  },
  'convolutions on blocks with all that stands between': {
    shapes: [[16, 6, 6, 3], [3, 3, 3, 16], [16], [3, 3, 16, 16], [16, 1, 1, 16], [16, 6, 6, 1]],
    fn: (x, w, bias, w2, gate, mask) => {
      const one = tf.relu(tf.add(tf.conv2d(as4(x), as4(w), 1, 'same'), bias!));
      const mean = tf.mean(one, [0, 1, 2]);
      const centered = tf.sub(one, mean);
      const variance = tf.mean(tf.square(centered), [0, 1, 2], true);
      const two = tf.conv2d(as4(tf.mul(centered, tf.rsqrt(tf.add(variance, 0.1)))), as4(w2), 1, 'same');
      const gated = tf.mul(tf.mul(two, tf.sigmoid(gate!)), tf.add(mask!, 1));
      return tf.add(tf.mean(tf.add(gated, one), [1, 2]), tf.max(gated, [1, 2]));
    },
  },
  'blocks pooled, joined, padded and read in another order': {
    shapes: [
      [16, 6, 6, 16],
      [3, 3, 16, 16],
      [3, 3, 16, 16],
    ],
    fn: (x, w, w2) => {
      const [one, two] = [tf.conv2d(as4(x), as4(w), 1, 'same'), tf.conv2d(as4(x), as4(w2), 1, 'same')];
      const pooled = tf.maxPool(as4(tf.relu(one)), 2, 2, 'valid');
      const joined = tf.concat([pooled, tf.avgPool(two, 2, 2, 'valid')], 3);
      return tf.sum(tf.mul(tf.transpose(joined, [0, 3, 1, 2]), 0.1), 1);
    },
  },
  'per-channel statistics of a convolution': {
    shapes: [[2, 5, 5, 2], [3, 3, 2, 4], [4]],
    fn: (x, w, scale) => {
      const y = tf.conv2d(as4(x), as4(w), 1, 'same');
      const mean = tf.mean(y, [0, 1, 2]);
      const variance = tf.mean(tf.square(tf.sub(y, mean)), [0, 1, 2]);
      return tf.mul(tf.mul(tf.sub(y, mean), tf.rsqrt(tf.add(variance, 0.001))), scale!);
    },
  },
  'global average of a convolution': {
    shapes: [
      [2, 5, 5, 2],
      [3, 3, 2, 4],
    ],
    fn: (x, w) => tf.square(tf.mean(tf.conv2d(as4(x), as4(w), 1, 'same'), [1, 2])),
  },
  'channel mean of a convolution, axes kept': {
    shapes: [
      [2, 5, 5, 2],
      [3, 3, 2, 4],
    ],
    fn: (x, w) => {
      const y = tf.conv2d(as4(x), as4(w), 1, 'same');
      return tf.sub(y, tf.mean(y, [3], true));
    },
  },
  'a flat vector onto a convolution': {
    shapes: [
      [2, 4, 4, 1],
      [3, 3, 1, 3],
      [4, 3],
    ],
    fn: (x, w, rows) => tf.add(tf.conv2d(as4(x), as4(w), 1, 'same'), rows!),
  },
  'depthwiseConv2d same': {
    shapes: [
      [2, 6, 7, 3],
      [3, 3, 3, 1],
    ],
    fn: depthwise(1, 'same'),
  },
  'depthwiseConv2d, multiplier, even filter': {
    shapes: [
      [2, 6, 7, 3],
      [2, 4, 3, 2],
    ],
    fn: depthwise(1, 'same'),
  },
  'depthwiseConv2d valid, strides that leave a rest': {
    shapes: [
      [2, 8, 9, 2],
      [3, 3, 2, 2],
    ],
    fn: depthwise([2, 3], 'valid'),
  },
  'depthwiseConv2d same, strides': {
    shapes: [
      [3, 7, 8, 2],
      [3, 3, 2, 1],
    ],
    fn: depthwise(2, 'same'),
  },
  'depthwiseConv2d, dilated, forward': {
    shapes: [
      [2, 8, 9, 2],
      [3, 3, 2, 2],
    ],
    fn: (x, w) => tf.depthwiseConv2d(as4(x), as4(w), 1, 'same', 'NHWC', 2),
    noGradient: true,
  },
  conv2dTranspose: {
    shapes: [
      [2, 4, 3, 2],
      [3, 3, 4, 2],
    ],
    fn: (x, w) => tf.conv2dTranspose(as4(x), as4(w), [2, 8, 6, 4], 2, 'same'),
  },
  'cut, pad, join and split between convolutions': {
    shapes: [
      [2, 6, 7, 2],
      [3, 3, 2, 4],
      [3, 3, 3, 4],
    ],
    fn: (x, w, v) => {
      const y = tf.conv2d(as4(x), as4(w), 1, 'same');
      const cut = tf.slice(y, [0, 1, 2, 1], [2, 4, 3, 2]);
      const padded = tf.pad(cut, [
        [0, 0],
        [2, 0],
        [1, 3],
        [0, 1],
      ]);
      const joined = tf.concat([padded, y, tf.mul(as4(x), 2)], 3);
      const [left, , right] = tf.split(joined, [3, 3, 3], 3);
      const rows = tf.concat([tf.conv2d(as4(left), as4(v), 1, 'same'), tf.conv2d(as4(right), as4(v), 1, 'same')], 1);
      return rows;
    },
  },
  'maxPool 2x2': {shapes: [[2, 6, 8, 3]], fn: (x) => tf.maxPool(as4(x), 2, 2, 'valid')},
  'maxPool, odd size, valid': {shapes: [[2, 7, 5, 3]], fn: (x) => tf.maxPool(as4(x), 2, 2, 'valid')},
  'maxPool, odd size, same': {shapes: [[2, 7, 5, 3]], fn: (x) => tf.maxPool(as4(x), 2, 2, 'same')},
  'maxPool, windows apart': {shapes: [[2, 8, 8, 2]], fn: (x) => tf.maxPool(as4(x), 2, 3, 'valid')},
  'maxPool, overlapping windows': {shapes: [[2, 7, 7, 2]], fn: (x) => tf.maxPool(as4(x), 3, 2, 'same')},
  'maxPool, overlapping, stride 1': {shapes: [[2, 5, 5, 2]], fn: (x) => tf.maxPool(as4(x), [3, 2], 1, 'valid')},
  'avgPool 2x2': {shapes: [[2, 6, 8, 3]], fn: (x) => tf.avgPool(as4(x), 2, 2, 'valid')},
  'avgPool, overlapping, valid': {shapes: [[2, 7, 7, 3]], fn: (x) => tf.avgPool(as4(x), 3, 2, 'valid')},
  'avgPool, rest at the edge': {shapes: [[2, 7, 8, 1]], fn: (x) => tf.avgPool(as4(x), 2, 3, 'valid')},
  'avgPool same, forward': {shapes: [[2, 7, 5, 3]], fn: (x) => tf.avgPool(as4(x), 3, 2, 'same'), noGradient: true},
};
