import type * as tfjs from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

const enlarged = (shape: readonly number[], axis: number, factor: number): number[] =>
  shape.map((size, index) => (index === axis ? size * factor : size));

/** Each value along `axis` repeated `factor` times. The gradient is written out: that of tfjs's tile ends at rank 4. */
export function repeatAlong(tf: typeof tfjs, x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  const apart = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const repeats = apart.map((_, index) => (index === axis + 1 ? factor : 1));
  const tile = tf.customGrad((given) => ({
    value: tf.tile(given as Tensor, repeats),
    gradFunc: (dy: Tensor) => tf.sum(dy, axis + 1, true),
  }));
  return tf.reshape(tile(tf.reshape(x, apart)), enlarged(x.shape, axis, factor));
}

/**
 * Linear interpolation along `axis` with half-pixel centers, the border repeated, as in Keras and in PyTorch with
 * align_corners=False: output q · factor + r stands at q + (r + 0.5) / factor - 0.5 of the input.
 */
export function interpolateAlong(tf: typeof tfjs, x: Tensor, axis: number, factor: number): Tensor {
  const size = x.shape[axis]!;
  if (factor === 1 || size === 1) return repeatAlong(tf, x, axis, factor);
  const part = (start: number, length: number): Tensor =>
    tf.slice(
      x,
      x.shape.map((_, index) => (index === axis ? start : 0)),
      x.shape.map((whole, index) => (index === axis ? length : whole)),
    );
  const before = tf.concat([part(0, 1), part(0, size - 1)], axis);
  const after = tf.concat([part(1, size - 1), part(size - 1, 1)], axis);
  const phases = Array.from({length: factor}, (_, phase) => {
    const offset = (phase + 0.5) / factor - 0.5;
    const share = Math.abs(offset);
    const mixed = share === 0 ? x : tf.add(tf.mul(x, 1 - share), tf.mul(offset < 0 ? before : after, share));
    return tf.expandDims(mixed, axis + 1);
  });
  return tf.reshape(tf.concat(phases, axis + 1), enlarged(x.shape, axis, factor));
}
