import {Type} from '@sinclair/typebox';
import {defineMetric} from './metric.js';
import {type Moments, momentsMetric} from './moments.js';

/** 1 − part / whole; where the targets are all equal 1 for no error at all and 0 otherwise, as scikit-learn has it. */
function shareLeft(part: number, whole: number): number {
  if (whole > 0) return 1 - part / whole;
  return part === 0 ? 1 : 0;
}

/** Coefficient of determination, the mean over the outputs; r2_score of scikit-learn. At most 1, and 0 for always saying the mean. */
export const r2 = defineMetric({
  type: 'r2',
  summary: 'Share of the variance of the targets that the outputs explain (R²); below 0 when the mean would do better.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'values',
  column: () => 'r2',
  create: (_spec, context) =>
    momentsMetric(context, ({targetVariance, errorVariance, meanError}) =>
      shareLeft(errorVariance + meanError ** 2, targetVariance),
    ),
});

/** The same where a constant error costs nothing; explained_variance_score of scikit-learn. */
export const explainedVariance = defineMetric({
  type: 'explainedVariance',
  summary: 'R² that forgives outputs which are all too large, or too small, by the same.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'values',
  column: () => 'explainedVariance',
  create: (_spec, context) =>
    momentsMetric(context, ({targetVariance, errorVariance}) => shareLeft(errorVariance, targetVariance)),
});

/** Pearson's r of outputs and targets, the mean over the outputs, in [−1, 1]; pearsonr of SciPy. NaN where either are all equal. */
export const pearsonCorrelation = defineMetric({
  type: 'pearsonCorrelation',
  summary: 'Linear correlation of outputs and targets: 1 where one follows from the other, whatever scale and offset.',
  args: Type.Object({}),
  goal: 'maximize',
  judges: 'values',
  column: () => 'pearsonCorrelation',
  create: (_spec, context) => momentsMetric(context, correlation),
});

function correlation({targetVariance, errorVariance, covariance}: Moments): number {
  const outputVariance = targetVariance + errorVariance + 2 * covariance;
  return (targetVariance + covariance) / Math.sqrt(targetVariance * outputVariance);
}
