import {Type} from '@sinclair/typebox';
import {argMax, isYesNo, judgeRows, numClassesOf, yesThreshold} from './class-rows.js';
import {meanMetric, meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';

/**
 * Share of right answers, in [0, 1]. Several classes: the largest logit names the class (the first one on a tie). Yes/no
 * targets (binaryCrossEntropy, any number of units, or a single unit): a logit above 0 or a probability above ½ means yes, and each unit
 * counts as one answer. Each step of a sequence is an answer.
 */
export const accuracy = defineMetric({
  type: 'accuracy',
  summary: 'Share of right answers: the largest logit of several classes, or a logit above 0 for yes/no targets.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  column: () => 'accuracy',
  create(_spec, context) {
    if (isYesNo(context)) {
      const threshold = yesThreshold(context.outputs);
      return meanOverElements((output, target) => (output > threshold === target > 0.5 ? 1 : 0));
    }
    const numClasses = numClassesOf(context);
    return meanMetric((examples, outputs) => {
      let sum = 0;
      const count = judgeRows(context, examples, outputs, (start, truth) => {
        if (argMax(outputs, start, numClasses) === truth) sum++;
      });
      return {sum, count};
    });
  },
});
