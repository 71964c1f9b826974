import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {crossEntropyOf} from './mean-softmax-cross-entropy.js';
import {crossEntropyFields} from './softmax-cross-entropy.js';

/** −log softmax(logits)[class], mean over the batch, in nats; what PyTorch calls CrossEntropyLoss with class indices. */
export const sparseSoftmaxCrossEntropy = defineLoss({
  type: 'sparseSoftmaxCrossEntropy',
  summary: 'Cross-entropy of class numbers against logits: the numbers of softmaxCrossEntropy without one-hot targets.',
  args: Type.Object(crossEntropyFields),
  targets: 'classIndex',
  outputs: ({fromLogits}) => (fromLogits === false ? 'probabilities' : 'logits'),
  includes: 'softmax',
  endings: ({fromLogits}) => (fromLogits === false ? ['softmax'] : undefined),
  compute(tf, spec, targets, outputs) {
    const numClasses = outputs.shape.at(-1) ?? 1;
    const oneHot = tf.oneHot(tf.cast(targets, 'int32'), numClasses, 1, 0, 'float32');
    return crossEntropyOf(tf, spec, oneHot, outputs);
  },
});
