import type {Batch} from '../data/dataset.js';
import type {MetricValues} from './events.js';
import type {MetricContext} from './metrics/metric.js';
import {type MetricSpec, metricDefinition} from './metrics/registry.js';
import type {BatchResult} from './session.js';

/** Loss and metrics over the examples seen since the last reset. */
export interface RunningMetrics {
  update(batch: Batch, result: BatchResult): void;
  /** By column name, each with `prefix` in front. */
  values(prefix: string): MetricValues;
  /** The same without the metrics that are too costly to work out after each step. */
  quickValues(prefix: string): MetricValues;
  reset(): void;
}

/** Accumulates the loss, weighted by batch size so that it is the mean over examples, and the metrics of a spec. */
export function runningMetrics(metrics: readonly MetricSpec[], context: MetricContext): RunningMetrics {
  const columns = metrics.map((spec) => {
    const definition = metricDefinition(spec);
    const {isCostly = false} = definition;
    return {name: definition.column(spec), metric: definition.create(spec, context), isCostly};
  });
  let [lossSum, numExamples] = [0, 0];
  const valuesOf = (prefix: string, chosen: typeof columns): MetricValues => {
    const values: Record<string, number> = {[`${prefix}loss`]: lossSum / numExamples};
    for (const {name, metric} of chosen) values[prefix + name] = metric.result();
    return values;
  };
  const quick = columns.filter(({isCostly}) => !isCostly);
  return {
    update(batch, result) {
      lossSum += result.loss * batch.size;
      numExamples += batch.size;
      for (const {metric} of columns) metric.update(batch, result.outputs);
    },
    values: (prefix) => valuesOf(prefix, columns),
    quickValues: (prefix) => valuesOf(prefix, quick),
    reset() {
      [lossSum, numExamples] = [0, 0];
      for (const {metric} of columns) metric.reset();
    },
  };
}
