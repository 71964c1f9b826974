import {Type} from '@sinclair/typebox';
import {defineLoss} from './definition.js';
import {fromLogits, labelSmoothing} from './fields.js';
import {overExamples} from './mean-loss.js';
import {crossEntropyOf} from './mean-softmax-cross-entropy.js';

/** The arguments that the cross-entropies of several classes share. */
export const crossEntropyFields = {
  labelSmoothing: labelSmoothing('Share of each target that is spread evenly over all classes.'),
  fromLogits: fromLogits('softmax'),
};

/** −Σ target · log softmax(logits), mean over the batch, in nats; what PyTorch calls CrossEntropyLoss with class probabilities. */
export const softmaxCrossEntropy = defineLoss({
  type: 'softmaxCrossEntropy',
  summary: 'Cross-entropy of one-hot classes against logits (the softmax is part of the loss).',
  args: Type.Object(crossEntropyFields),
  targets: 'oneHot',
  takesMixtures: true,
  outputs: ({fromLogits}) => (fromLogits === false ? 'probabilities' : 'logits'),
  includes: 'softmax',
  endings: ({fromLogits}) => (fromLogits === false ? ['softmax'] : undefined),
  compute: (tf, spec, targets, outputs, weights) =>
    crossEntropyOf(tf, spec, targets, outputs, overExamples(tf, weights, outputs)),
});
