import type * as tfjs from '@tensorflow/tfjs-core';

/** Small enough that its softmax beside other scores is zero. */
const masked = -1e9;

/** Scores of which those that a mask leaves out have no weight in the softmax: Keras's, which are then equal and have no gradient. */
export const maskedScores = (tf: typeof tfjs, scores: tfjs.Tensor, mask: tfjs.Tensor): tfjs.Tensor =>
  tf.add(tf.mul(scores, mask), tf.mul(tf.sub(1, mask), masked));

/**
 * Which steps see which: 1 where from ≤ to, 0 elsewhere.
 * Made of kernels, so that a recorded step holds no table made on the host. @returns [to, from]
 */
function causalMask(tf: typeof tfjs, to: number, from: number): tfjs.Tensor {
  const isSeen = tf.lessEqual(tf.reshape(tf.range(0, from), [1, from]), tf.reshape(tf.range(0, to), [to, 1]));
  return tf.cast(isSeen, 'float32');
}

/** What attention is made of. */
export interface AttentionInputs {
  /** How well each key fits each query: [.., to, from]. */
  readonly scores: tfjs.Tensor;
  /** [.., from, width] */
  readonly value: tfjs.Tensor;
  readonly isCausal: boolean;
  /** What may be seen: 1, and 0 for what may not, in a shape that broadcasts to [.., to, from]. Undefined: everything. */
  readonly mask: tfjs.Tensor | undefined;
  /** Dropout of the attention weights [.., to, from]. */
  readonly drop: (weights: tfjs.Tensor) => tfjs.Tensor;
}

/** softmax(scores) · value over the last two axes. @returns [.., to, width] */
export function attend(tf: typeof tfjs, {scores, value, isCausal, mask, drop}: AttentionInputs): tfjs.Tensor {
  const [to, from] = scores.shape.slice(-2) as [number, number];
  const causal = isCausal ? causalMask(tf, to, from) : undefined;
  const seen = mask && causal ? tf.mul(mask, causal) : (mask ?? causal);
  const weights = tf.softmax(seen ? maskedScores(tf, scores, seen) : scores);
  return tf.matMul(drop(weights), value);
}
