import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {accuracy} from './accuracy.js';
import {prAuc, rocAuc} from './areas.js';
import {balancedAccuracy} from './balanced-accuracy.js';
import {logLoss} from './log-loss.js';
import {meanAbsoluteError} from './mean-absolute-error.js';
import {meanAbsolutePercentageError} from './mean-absolute-percentage-error.js';
import {meanSquaredError} from './mean-squared-error.js';
import type {MetricDefinition} from './metric.js';
import {fBeta, precision, recall} from './precision-recall.js';
import {r2} from './r2.js';
import {rootMeanSquaredError} from './root-mean-squared-error.js';
import {topKAccuracy} from './top-k-accuracy.js';

/** Every metric of the catalogue, by the name users type. */
export const metrics = {
  accuracy,
  topKAccuracy,
  balancedAccuracy,
  precision,
  recall,
  fBeta,
  rocAuc,
  prAuc,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsolutePercentageError,
  r2,
} as const;

export type MetricSpec = SpecUnion<typeof metrics>;

/** The catalogue's entry for a spec's metric. */
export const metricDefinition = (spec: MetricSpec): MetricDefinition<string, TProperties, MetricSpec> =>
  metrics[spec.type];
