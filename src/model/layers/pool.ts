import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Padding} from './fields.js';
import {samePadding} from './images.js';

/** What is taken of each window. */
export type PoolKind = 'max' | 'average';

/** A window per spatial axis. */
export interface PoolWindow {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
}

type Pair = [number, number];

/**
 * Pools sequences, images or volumes. Everything runs on the two-dimensional kernels: a sequence is an image of height 1, and a
 * window over a volume is one over height and width followed by one over depth, because maxima and means can be taken in turn.
 * @param x [batch, ...spatial, channels]
 */
export function pool(tf: typeof tfjs, kind: PoolKind, x: Tensor, window: PoolWindow): Tensor {
  const {sizes, strides, padding} = window;
  const [batch, ...rest] = x.shape as [number, ...number[]];
  const spatial = rest.slice(0, -1);
  const channels = rest.at(-1)!;
  if (spatial.length === 2) return poolImages(tf, kind, x as Tensor4D, sizes as Pair, strides as Pair, padding);
  if (spatial.length === 1) {
    const image = tf.reshape(x, [batch, 1, spatial[0]!, channels]) as Tensor4D;
    const pooled = poolImages(tf, kind, image, [1, sizes[0]!], [1, strides[0]!], padding);
    return tf.reshape(pooled, [batch, pooled.shape[2], channels]);
  }
  const [depth, height, width] = spatial as [number, number, number];
  const slices = tf.reshape(x, [batch * depth, height, width, channels]) as Tensor4D;
  const flat = poolImages(tf, kind, slices, sizes.slice(1) as Pair, strides.slice(1) as Pair, padding);
  const [, pooledHeight, pooledWidth] = flat.shape;
  const columns = tf.reshape(flat, [batch, depth, pooledHeight * pooledWidth, channels]) as Tensor4D;
  const pooled = poolImages(tf, kind, columns, [sizes[0]!, 1], [strides[0]!, 1], padding);
  return tf.reshape(pooled, [batch, pooled.shape[1], pooledHeight, pooledWidth, channels]);
}

/**
 * With padding: same, the gradient of tfjs's avgPool divides by the whole window even where the forward pass divided by the covered part.
 * So: the mean over windows of a zero-padded image, divided by each window's covered share.
 */
export function poolImages(
  tf: typeof tfjs,
  kind: PoolKind,
  images: Tensor4D,
  sizes: Pair,
  strides: Pair,
  padding: Padding,
): Tensor4D {
  if (kind === 'max') return tf.maxPool(images, sizes, strides, padding);
  const [, height, width] = images.shape;
  const rows = samePadding(height, sizes[0], strides[0]);
  const columns = samePadding(width, sizes[1], strides[1]);
  if (padding === 'valid' || (rows.total === 0 && columns.total === 0)) {
    return tf.avgPool(images, sizes, strides, 'valid');
  }
  const mean = (values: Tensor4D): Tensor4D => {
    const padded = tf.pad(values, [[0, 0], rows.sides, columns.sides, [0, 0]]);
    return tf.avgPool(padded, sizes, strides, 'valid');
  };
  return tf.div(mean(images), mean(tf.fill([1, height, width, 1], 1)));
}
