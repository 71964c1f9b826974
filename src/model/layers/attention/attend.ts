import type * as tfjs from '@tensorflow/tfjs-core';

/** Large enough that the softmax of a masked score is zero, small enough that adding it to one loses nothing that matters. */
const masked = -1e9;

/**
 * What to add to attention scores [.., to, from] so that no step sees a later one: 0 where from ≤ to, a large negative number elsewhere.
 * Made of kernels, so that a recorded step holds no table made on the host. @returns [to, from]
 */
function causalMask(tf: typeof tfjs, to: number, from: number): tfjs.Tensor {
  const isLater = tf.greater(tf.reshape(tf.range(0, from), [1, from]), tf.reshape(tf.range(0, to), [to, 1]));
  return tf.mul(tf.cast(isLater, 'float32'), masked);
}

/** What attention is made of: queries [.., to, size], keys [.., from, size], values [.., from, width]. */
export interface AttentionInputs {
  readonly query: tfjs.Tensor;
  readonly key: tfjs.Tensor;
  readonly value: tfjs.Tensor;
  readonly isCausal: boolean;
  /** Dropout of the attention weights [.., to, from]. */
  readonly drop: (weights: tfjs.Tensor) => tfjs.Tensor;
}

/** softmax(query · keyᵀ) · value over the last two axes; whoever wants scores scaled scales the queries. @returns [.., to, width] */
export function attend(tf: typeof tfjs, {query, key, value, isCausal, drop}: AttentionInputs): tfjs.Tensor {
  const scores = tf.matMul(query, key, false, true);
  const [to, from] = scores.shape.slice(-2) as [number, number];
  const weights = tf.softmax(isCausal ? tf.add(scores, causalMask(tf, to, from)) : scores);
  return tf.matMul(drop(weights), value);
}
