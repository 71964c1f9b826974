import {Type} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import {defineLoss} from './definition.js';
import {overExamples} from './mean-loss.js';
import {crossEntropyOf} from './mean-softmax-cross-entropy.js';
import {crossEntropyFields} from './softmax-cross-entropy.js';

/**
 * −log softmax(logits)[class] in nats, mean over the batch, and over the steps of a sequence where outputs are [time, classes] and
 * targets [time]; what PyTorch calls CrossEntropyLoss with class indices, `ignore` being its ignore_index: the mean is then over what
 * counts (with weights too, where PyTorch's own class weights would divide by their sum), and 0 where nothing does.
 */
export const sparseSoftmaxCrossEntropy = defineLoss({
  type: 'sparseSoftmaxCrossEntropy',
  summary: 'Cross-entropy of class numbers against logits: the numbers of softmaxCrossEntropy without one-hot targets.',
  args: Type.Object({
    ...crossEntropyFields,
    ignore: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Class number whose rows do not count, in the metrics neither: the padding of sequences. All count when left out.',
      }),
    ),
  }),
  targets: 'classIndex',
  outputs: ({fromLogits}) => (fromLogits === false ? 'probabilities' : 'logits'),
  includes: 'softmax',
  endings: ({fromLogits}) => (fromLogits === false ? ['softmax'] : undefined),
  ignores: ({ignore}) => ignore,
  compute(tf, {ignore, ...spec}, targets, outputs, weights) {
    const numClasses = outputs.shape.at(-1) ?? 1;
    const oneHot = tf.oneHot(tf.cast(targets, 'int32'), numClasses, 1, 0, 'float32');
    const ofExamples = overExamples(tf, weights, outputs);
    if (ignore === undefined) return crossEntropyOf(tf, spec, oneHot, outputs, ofExamples);
    const counted = countedRows(tf, targets, ignore, outputs);
    return crossEntropyOf(tf, spec, oneHot, outputs, ofExamples ? tf.mul(counted, ofExamples) : counted);
  },
});

/** Weights of rows, [..., 1], that make a mean over all rows one over those that count. */
function countedRows(tf: typeof tfjs, targets: tfjs.Tensor, ignore: number, {shape}: tfjs.Tensor): tfjs.Tensor {
  const counts = tf.cast(tf.notEqual(targets, ignore), 'float32');
  const weight = tf.div(targets.size, tf.maximum(tf.sum(counts), 1));
  return tf.reshape(tf.mul(counts, weight), [...shape.slice(0, -1), 1]);
}
