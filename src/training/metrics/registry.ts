import type {TProperties} from '@sinclair/typebox';
import type {SpecUnion} from '../../spec/define.js';
import {accuracy} from './accuracy.js';
import {meanAbsoluteError} from './mean-absolute-error.js';
import {meanSquaredError} from './mean-squared-error.js';
import type {MetricDefinition} from './metric.js';
import {topKAccuracy} from './top-k-accuracy.js';

/** Every metric of the catalogue, by the name users type. */
export const metrics = {accuracy, topKAccuracy, meanAbsoluteError, meanSquaredError} as const;

export type MetricSpec = SpecUnion<typeof metrics>;

/** The catalogue's entry for a spec's metric. */
export const metricDefinition = (spec: MetricSpec): MetricDefinition<string, TProperties, MetricSpec> =>
  metrics[spec.type];
