import {Type} from '@sinclair/typebox';
import {classesOf, countingMetric} from './class-counts.js';
import {defineMetric} from './metric.js';

/**
 * Mean over the classes that occur of the share of each that is recognised; balanced_accuracy_score of scikit-learn. For yes/no
 * targets the two classes are yes and no, all questions together.
 */
export const balancedAccuracy = defineMetric({
  type: 'balancedAccuracy',
  summary: 'Share of right answers, each class counting alike however rare it is.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  column: () => 'balancedAccuracy',
  create: (_spec, context) =>
    countingMetric(context, (counts) => {
      const present = classesOf(context, counts).filter(({hits, misses}) => hits + misses > 0);
      return present.reduce((sum, {hits, misses}) => sum + hits / (hits + misses), 0) / present.length;
    }),
});
