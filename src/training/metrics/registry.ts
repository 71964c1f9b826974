import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {accuracy} from './accuracy.js';
import {cohenKappa, matthewsCorrelation} from './agreement.js';
import {prAuc, rocAuc} from './areas.js';
import {balancedAccuracy} from './balanced-accuracy.js';
import {brierScore} from './brier-score.js';
import {confusionMatrix} from './confusion-matrix.js';
import {logLoss, perplexity} from './log-loss.js';
import {maxError} from './max-error.js';
import {meanAbsoluteError} from './mean-absolute-error.js';
import {meanAbsolutePercentageError} from './mean-absolute-percentage-error.js';
import {meanSquaredError} from './mean-squared-error.js';
import {meanSquaredLogarithmicError} from './mean-squared-logarithmic-error.js';
import {medianAbsoluteError} from './median-absolute-error.js';
import type {MetricDefinition} from './metric.js';
import {fBeta, jaccard, precision, recall, specificity} from './precision-recall.js';
import {rootMeanSquaredError} from './root-mean-squared-error.js';
import {topKAccuracy} from './top-k-accuracy.js';
import {explainedVariance, pearsonCorrelation, r2} from './variance.js';

/** Every metric of the catalogue, by the name users type. */
export const metrics = {
  accuracy,
  topKAccuracy,
  balancedAccuracy,
  precision,
  recall,
  fBeta,
  specificity,
  jaccard,
  matthewsCorrelation,
  cohenKappa,
  confusionMatrix,
  rocAuc,
  prAuc,
  logLoss,
  perplexity,
  brierScore,
  meanAbsoluteError,
  medianAbsoluteError,
  maxError,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  r2,
  explainedVariance,
  pearsonCorrelation,
} as const;

export type MetricSpec = SpecUnion<typeof metrics>;

/** The catalogue's entry for a spec's metric. */
export const metricDefinition = (spec: MetricSpec): MetricDefinition<string, TProperties, MetricSpec> =>
  metrics[spec.type];

/** Names of the columns of a spec's metric: one, or one for each class, or none. @param classes names of the classes, or their numbers */
export function columnsOf(spec: MetricSpec, classes: readonly string[]): readonly string[] {
  const definition = metricDefinition(spec);
  return definition.columns?.(spec, classes) ?? [definition.column(spec)];
}
