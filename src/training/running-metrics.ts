import type {Batch, TargetEncoding} from '../data/dataset.js';
import type {Shape} from '../support/tensor.js';
import type {MetricValues} from './events.js';
import {type MetricSpec, metricDefinition} from './metrics/registry.js';
import type {BatchResult} from './session.js';

/** Loss and metrics over the examples seen since the last reset. */
export interface RunningMetrics {
  update(batch: Batch, result: BatchResult): void;
  /** By column name, each with `prefix` in front. */
  values(prefix: string): MetricValues;
  reset(): void;
}

/**
 * Accumulates the loss, weighted by batch size so that it is the mean over examples, and the metrics of a spec.
 * @param outputShape of the model, batch axis left out
 */
export function runningMetrics(
  metrics: readonly MetricSpec[],
  outputShape: Shape,
  encoding: TargetEncoding,
): RunningMetrics {
  const columns = metrics.map((spec) => {
    const definition = metricDefinition(spec);
    return {name: definition.column(spec), metric: definition.create(spec, outputShape, encoding)};
  });
  let [lossSum, numExamples] = [0, 0];
  return {
    update(batch, result) {
      lossSum += result.loss * batch.size;
      numExamples += batch.size;
      for (const {metric} of columns) metric.update(batch, result.outputs);
    },
    values(prefix) {
      const values: Record<string, number> = {[`${prefix}loss`]: lossSum / numExamples};
      for (const {name, metric} of columns) values[prefix + name] = metric.result();
      return values;
    },
    reset() {
      [lossSum, numExamples] = [0, 0];
      for (const {metric} of columns) metric.reset();
    },
  };
}
