import {Type} from '@sinclair/typebox';
import {judgeRows, numClassesOf} from './class-rows.js';
import {meanMetric} from './mean.js';
import {defineMetric} from './metric.js';

/** Share of examples whose true class is among the k largest logits, in [0, 1]; classes that tie with the true one count in its favour. Column `top5Accuracy`. */
export const topKAccuracy = defineMetric({
  type: 'topKAccuracy',
  summary: 'Share of examples whose true class is among the k largest logits; column top5Accuracy for k = 5.',
  args: Type.Object({
    k: Type.Integer({default: 5, minimum: 1, description: 'How many of the largest logits count; at least 1.'}),
  }),
  goal: 'maximize',
  judges: 'classes',
  column: ({k}) => `top${k}Accuracy`,
  create({k}, context) {
    const numClasses = numClassesOf(context);
    return meanMetric((examples, outputs) => {
      let sum = 0;
      const count = judgeRows(context, examples, outputs, (start, truth) => {
        const own = outputs[start + truth]!;
        let numLarger = 0;
        for (let i = 0; i < numClasses; i++) if (outputs[start + i]! > own) numLarger++;
        if (numLarger < k) sum++;
      });
      return {sum, count};
    });
  },
});
