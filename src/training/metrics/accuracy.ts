import {Type} from '@sinclair/typebox';
import {argMax, classOf, isYesNo, yesThreshold} from './class-rows.js';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

/**
 * Share of right answers, in [0, 1]. Several classes: the largest logit names the class (the first one on a tie). Yes/no
 * targets (binaryCrossEntropy, any number of units, or a single unit): a logit above 0 or a probability above ½ means yes, and each unit
 * counts as one answer.
 */
export const accuracy = defineMetric({
  type: 'accuracy',
  summary: 'Share of right answers: the largest logit of several classes, or a logit above 0 for yes/no targets.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  column: () => 'accuracy',
  create(_spec, {outputShape, encoding, outputs: meaning}) {
    const numClasses = outputShape.at(-1) ?? 1;
    if (isYesNo({outputShape, encoding})) {
      const threshold = yesThreshold(meaning);
      return meanMetric((batch, outputs) => {
        let sum = 0;
        for (let i = 0; i < outputs.length; i++) if (outputs[i]! > threshold === batch.targets[i]! > 0.5) sum++;
        return {sum, count: outputs.length};
      });
    }
    return meanMetric((batch, outputs) => {
      const count = outputs.length / numClasses;
      let sum = 0;
      for (let row = 0; row < count; row++) {
        if (argMax(outputs, row * numClasses, numClasses) === classOf(batch, row, numClasses, encoding)) sum++;
      }
      return {sum, count};
    });
  },
});
