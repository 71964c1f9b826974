import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {meanLoss, overExamples, shareOfRow} from './mean-loss.js';

/**
 * max(0, 1 + the largest score of a wrong class, at least 0, − the score of the right one), mean over the rows; CategoricalHinge of
 * Keras, which lets the masked right class stand for a score of 0. Wrong classes that tie share the gradient.
 */
export const categoricalHinge = defineLoss({
  type: 'categoricalHinge',
  summary: 'Margin loss for several classes: the right score has to be 1 above the largest wrong one.',
  args: Type.Object({}),
  targets: 'oneHot',
  outputs: () => 'logits',
  compute: (tf, _spec, targets, outputs, weights) =>
    meanLoss(tf, {
      outputs,
      share: shareOfRow(outputs),
      weights: overExamples(tf, weights, outputs),
      forward(scores) {
        const wrong = tf.mul(scores, tf.sub(1, targets));
        const largest = tf.max(wrong, -1, true);
        const right = tf.sum(tf.mul(scores, targets), -1, true);
        const each = tf.relu(tf.add(tf.sub(largest, right), 1));
        return {each, kept: [wrong, largest, each, targets]};
      },
      slope([wrong, largest, each, wanted]) {
        const hits = tf.cast(tf.equal(wrong!, largest!), 'float32');
        const shared = tf.mul(tf.div(hits, tf.sum(hits, -1, true)), tf.sub(1, wanted!));
        return tf.mul(tf.sub(shared, wanted!), tf.step(each!));
      },
    }),
});
