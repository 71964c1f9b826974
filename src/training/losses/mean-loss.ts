import type * as tfjs from '@tensorflow/tfjs-core';

/** What a loss is made of, in closed form, so that few kernels are recorded and edges are decided by the loss. */
export interface LossParts {
  /** [batch, ...] */
  readonly outputs: tfjs.Tensor;
  /** What each element of `each` counts: one over the number of elements or rows. */
  readonly share: number;
  /** Broadcast over `each` and over the outputs; all count alike when left out. */
  readonly weights?: tfjs.Tensor | undefined;
  /** The loss of each element or row, whose axes are the outputs' (or 1), and what `slope` needs of it. */
  forward(outputs: tfjs.Tensor): {readonly each: tfjs.Tensor; readonly kept: readonly tfjs.Tensor[]};
  /** Derivative of the sum of `each` by the outputs. */
  slope(kept: readonly tfjs.Tensor[]): tfjs.Tensor;
}

/** Σ weights · each · share, with the gradient weights · slope · share. */
export function meanLoss(tf: typeof tfjs, {outputs, share, weights, forward, slope}: LossParts): tfjs.Scalar {
  const loss = tf.customGrad((x, save) => {
    const {each, kept} = forward(x as tfjs.Tensor);
    (save as tfjs.GradSaveFunc)(weights ? [...kept, weights] : [...kept]);
    const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) => {
      const scale = tf.mul(dy, share);
      return tf.mul(slope(saved), weights ? tf.mul(saved.at(-1)!, scale) : scale);
    };
    return {value: tf.mul(tf.sum(weights ? tf.mul(each, weights) : each), share), gradFunc};
  });
  return loss(outputs) as tfjs.Scalar;
}

/** One number an example as a column that broadcasts over everything the example has: [batch, 1, …]. */
export const overExamples = (
  tf: typeof tfjs,
  weights: tfjs.Tensor | undefined,
  {shape}: tfjs.Tensor,
): tfjs.Tensor | undefined =>
  weights &&
  tf.reshape(
    weights,
    shape.map((size, axis) => (axis === 0 ? size : 1)),
  );

/** One over the number of rows, which lie along the last axis. */
export const shareOfRow = (outputs: tfjs.Tensor): number => (outputs.shape.at(-1) ?? 1) / outputs.size;
