import {Type} from '@sinclair/typebox';
import {isYesNo, judgeRows, numClassesOf} from './class-rows.js';
import {meanMetric, meanOverElements} from './mean.js';
import {defineMetric} from './metric.js';
import {probabilitiesOf} from './probabilities.js';

/**
 * Mean of (probability − truth)² for yes/no questions; for several classes the mean over the rows of the sum over the classes, halved
 * for two; brier_score_loss of scikit-learn.
 */
export const brierScore = defineMetric({
  type: 'brierScore',
  summary: 'Mean squared error of the probabilities: how far they can be believed; 0 at best.',
  args: Type.Object({}),
  goal: 'minimize',
  judges: 'classes',
  needsProbabilities: true,
  column: () => 'brierScore',
  create(_spec, context) {
    const probabilities = probabilitiesOf(context);
    if (isYesNo(context)) return meanOverElements((output, target) => (probabilities.ofYes(output) - target) ** 2);
    const scale = numClassesOf(context) === 2 ? 0.5 : 1;
    return meanMetric((examples, outputs) => {
      let sum = 0;
      const count = judgeRows(context, examples, outputs, (start, truth) => {
        for (const [index, probability] of probabilities.ofRow(outputs, start).entries()) {
          sum += scale * (probability - Number(index === truth)) ** 2;
        }
      });
      return {sum, count};
    });
  },
});
