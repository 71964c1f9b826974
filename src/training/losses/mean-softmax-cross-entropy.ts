import type * as tfjs from '@tensorflow/tfjs-core';

/**
 * Mean over all rows of −Σ_class target · log softmax(logits), stable for logits of any finite size because each row is
 * shifted by its maximum. The gradient, (softmax − target) / rows, is given in closed form so that few kernels are recorded.
 * @param targets [..., classes], each row summing to 1. @param logits [..., classes]. @returns scalar, nats.
 */
export function meanSoftmaxCrossEntropy(tf: typeof tfjs, targets: tfjs.Tensor, logits: tfjs.Tensor): tfjs.Scalar {
  const numClasses = logits.shape.at(-1) ?? 1;
  const perRow = numClasses / logits.size;
  const loss = tf.customGrad((x, save) => {
    const [rows, keep] = [x as tfjs.Tensor, save as tfjs.GradSaveFunc];
    const shifted = tf.sub(rows, tf.max(rows, -1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, -1, true);
    keep([tf.div(exponentials, sums), targets]);
    // log(sums) − shifted is −log softmax, finite everywhere, so that a target of 0 contributes 0 and not NaN.
    const value = tf.mul(tf.sum(tf.mul(targets, tf.sub(tf.log(sums), shifted))), perRow);
    const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
      tf.mul(tf.sub(saved[0]!, saved[1]!), tf.mul(dy, perRow));
    return {value, gradFunc};
  });
  return loss(logits) as tfjs.Scalar;
}

const smallest = 1e-7;

/**
 * The same from probabilities: −Σ target · log output with outputs raised to 1e-7, as Keras does. The gradient, −target / output, goes
 * on where Keras's clipping would stop it, so that an example that is entirely wrong still teaches.
 */
export function meanCrossEntropy(tf: typeof tfjs, targets: tfjs.Tensor, probabilities: tfjs.Tensor): tfjs.Scalar {
  const numClasses = probabilities.shape.at(-1) ?? 1;
  const perRow = numClasses / probabilities.size;
  const loss = tf.customGrad((x, save) => {
    const raised = tf.maximum(x as tfjs.Tensor, smallest);
    (save as tfjs.GradSaveFunc)([raised, targets]);
    const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]) =>
      tf.mul(tf.div(saved[1]!, saved[0]!), tf.mul(dy, -perRow));
    return {value: tf.mul(tf.sum(tf.mul(targets, tf.log(raised))), -perRow), gradFunc};
  });
  return loss(probabilities) as tfjs.Scalar;
}

/** What the cross-entropies of several classes may be told. */
export interface CrossEntropySpec {
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
}

/** Cross-entropy of rows of target probabilities under a spec's arguments; smoothing mixes them with the uniform distribution. */
export function crossEntropyOf(
  tf: typeof tfjs,
  {fromLogits = true, labelSmoothing = 0}: CrossEntropySpec,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
): tfjs.Scalar {
  const numClasses = outputs.shape.at(-1) ?? 1;
  const smoothed =
    labelSmoothing > 0 ? tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / numClasses) : targets;
  return (fromLogits ? meanSoftmaxCrossEntropy : meanCrossEntropy)(tf, smoothed, outputs);
}
