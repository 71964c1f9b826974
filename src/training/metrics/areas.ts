import {Type} from '@sinclair/typebox';
import {defineMetric} from './metric.js';
import {rankingMetric, type Tie} from './ranking.js';

/** Share of the pairs of a yes and a no in which the yes has the larger score; a tie counts half. */
function areaUnderRoc(ties: readonly Tie[]): number {
  let [numNoBefore, area, numYes] = [0, 0, 0];
  const numNo = ties.reduce((sum, tie) => sum + tie.numNo, 0);
  for (const tie of ties) {
    area += tie.numYes * (numNo - numNoBefore - tie.numNo / 2);
    numNoBefore += tie.numNo;
    numYes += tie.numYes;
  }
  return area / (numYes * numNo);
}

/** Mean of the precision at each yes, going down the scores. */
function averagePrecision(ties: readonly Tie[]): number {
  let [numYes, numAll, sum] = [0, 0, 0];
  for (const tie of ties) {
    numYes += tie.numYes;
    numAll += tie.numYes + tie.numNo;
    sum += (tie.numYes * numYes) / numAll;
  }
  return sum / numYes;
}

/** roc_auc_score of scikit-learn; for several classes with multi_class='ovr'. NaN while a set holds one class only. */
export const rocAuc = defineMetric({
  type: 'rocAuc',
  summary:
    'Area under the receiver operating characteristic: how often a yes scores above a no; several classes each against the rest.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  isCostly: true,
  column: () => 'rocAuc',
  create: (_spec, context) => rankingMetric(context, areaUnderRoc),
});

/** average_precision_score of scikit-learn, the area by steps and not by trapezoids. NaN while a set holds one class only. */
export const prAuc = defineMetric({
  type: 'prAuc',
  summary: 'Area under the precision-recall curve, as average precision; several classes each against the rest.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'classes',
  isCostly: true,
  column: () => 'prAuc',
  create: (_spec, context) => rankingMetric(context, averagePrecision),
});
