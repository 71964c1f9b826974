import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {meanSoftmaxCrossEntropy} from './mean-softmax-cross-entropy.js';

/** −Σ target · log softmax(logits), mean over the batch, in nats; what PyTorch calls CrossEntropyLoss with class probabilities. */
export const softmaxCrossEntropy = defineLoss({
  type: 'softmaxCrossEntropy',
  summary: 'Cross-entropy of one-hot classes against logits (the softmax is part of the loss).',
  args: Type.Object({}),
  targets: 'oneHot',
  outputs: 'logits',
  compute: (tf, _spec, targets, outputs) => meanSoftmaxCrossEntropy(tf, targets, outputs),
});
