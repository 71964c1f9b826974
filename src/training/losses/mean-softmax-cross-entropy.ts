import type * as tfjs from '@tensorflow/tfjs-core';
import {meanLoss, shareOfRow} from './mean-loss.js';

/** @param targets [..., classes]. @param outputs of the same shape. @param weights broadcast over them */
type CrossEntropy = (
  tf: typeof tfjs,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
  weights: tfjs.Tensor | undefined,
) => tfjs.Scalar;

/**
 * Mean over all rows of −Σ_class target · log softmax(logits) in nats, stable for logits of any finite size because each row is
 * shifted by its maximum. The gradient of a row whose targets sum to 1 is softmax − target.
 */
const ofLogits: CrossEntropy = (tf, targets, outputs, weights) =>
  meanLoss(tf, {
    outputs,
    share: shareOfRow(outputs),
    weights,
    forward(logits) {
      const shifted = tf.sub(logits, tf.max(logits, -1, true));
      const exponentials = tf.exp(shifted);
      const sums = tf.sum(exponentials, -1, true);
      // log(sums) − shifted is −log softmax, finite everywhere, so that a target of 0 contributes 0 and not NaN.
      const each = tf.mul(targets, tf.sub(tf.log(sums), shifted));
      return {each, kept: [tf.div(exponentials, sums), targets]};
    },
    slope: ([probabilities, targets]) => tf.sub(probabilities!, targets!),
  });

const smallest = 1e-7;

/**
 * The same from probabilities: −Σ target · log output with outputs raised to 1e-7, as Keras does. The gradient, −target / output, goes
 * on where Keras's clipping would stop it, so that an example that is entirely wrong still teaches.
 */
const ofProbabilities: CrossEntropy = (tf, targets, outputs, weights) =>
  meanLoss(tf, {
    outputs,
    share: -shareOfRow(outputs),
    weights,
    forward(probabilities) {
      const raised = tf.maximum(probabilities, smallest);
      return {each: tf.mul(targets, tf.log(raised)), kept: [raised, targets]};
    },
    slope: ([raised, targets]) => tf.div(targets!, raised!),
  });

/** What the cross-entropies of several classes may be told. */
export interface CrossEntropySpec {
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy of rows of target probabilities under a spec's arguments; smoothing mixes them with the uniform distribution.
 * @param weights broadcast over the outputs
 */
export function crossEntropyOf(
  tf: typeof tfjs,
  {fromLogits = true, labelSmoothing = 0}: CrossEntropySpec,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
  weights?: tfjs.Tensor,
): tfjs.Scalar {
  const numClasses = outputs.shape.at(-1) ?? 1;
  const smoothed =
    labelSmoothing > 0 ? tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / numClasses) : targets;
  return (fromLogits ? ofLogits : ofProbabilities)(tf, smoothed, outputs, weights);
}
