import {Type} from '@sinclair/typebox';
import {countingMetric} from './class-counts.js';
import {isYesNo} from './class-rows.js';
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
      const shares = counts.map(({hits, misses}) => ({right: hits, all: hits + misses}));
      if (isYesNo(context)) {
        const noes = counts.map(({rejections, falseAlarms}) => ({right: rejections, all: rejections + falseAlarms}));
        return meanShare([total(shares), total(noes)]);
      }
      return meanShare(shares);
    }),
});

interface Share {
  readonly right: number;
  readonly all: number;
}

const total = (shares: readonly Share[]): Share =>
  shares.reduce((sum, {right, all}) => ({right: sum.right + right, all: sum.all + all}), {right: 0, all: 0});

function meanShare(shares: readonly Share[]): number {
  const present = shares.filter(({all}) => all > 0);
  return present.reduce((sum, {right, all}) => sum + right / all, 0) / present.length;
}
