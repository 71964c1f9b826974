import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {meanSoftmaxCrossEntropy} from './mean-softmax-cross-entropy.js';

/** −log softmax(logits)[class], mean over the batch, in nats; what PyTorch calls CrossEntropyLoss with class indices. */
export const sparseSoftmaxCrossEntropy = defineLoss({
  type: 'sparseSoftmaxCrossEntropy',
  summary: 'Cross-entropy of class numbers against logits: the numbers of softmaxCrossEntropy without one-hot targets.',
  args: Type.Object({}),
  targets: 'classIndex',
  outputs: 'logits',
  compute(tf, _spec, targets, outputs) {
    const numClasses = outputs.shape.at(-1) ?? 1;
    const oneHot = tf.oneHot(tf.cast(targets, 'int32'), numClasses, 1, 0, 'float32');
    return meanSoftmaxCrossEntropy(tf, oneHot, outputs);
  },
});
