import type {Batch} from '../data/dataset.js';
import type {MetricValues} from './events.js';
import type {MetricContext} from './metrics/metric.js';
import {metricDefinition} from './metrics/registry.js';
import type {OutputSpec} from './outputs.js';
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

/** An output with what its metrics have to know. */
export interface MeasuredOutput extends Pick<OutputSpec, 'name' | 'prefix' | 'metrics'> {
  readonly context: MetricContext;
}

/** Accumulates the losses, weighted by batch size so that they are means over examples, and the metrics of each output. */
export function runningMetrics(outputs: readonly MeasuredOutput[]): RunningMetrics {
  const columns = outputs.flatMap(({name: output, prefix, metrics, context}) =>
    metrics.map((spec) => {
      const definition = metricDefinition(spec);
      const {isCostly = false} = definition;
      return {output, name: prefix + definition.column(spec), metric: definition.create(spec, context), isCostly};
    }),
  );
  const parts = outputs.length > 1 ? outputs.map(({name, prefix}) => ({name, column: `${prefix}loss`, sum: 0})) : [];
  let [lossSum, numExamples] = [0, 0];
  const valuesOf = (prefix: string, chosen: typeof columns): MetricValues => {
    const values: Record<string, number> = {[`${prefix}loss`]: lossSum / numExamples};
    for (const {column, sum} of parts) values[prefix + column] = sum / numExamples;
    for (const {name, metric} of chosen) values[prefix + name] = metric.result();
    return values;
  };
  const quick = columns.filter(({isCostly}) => !isCostly);
  return {
    update({size, targets}, {loss, losses, outputs: values}) {
      lossSum += loss * size;
      numExamples += size;
      for (const part of parts) part.sum += losses![part.name]! * size;
      for (const {output, metric} of columns) metric.update({size, targets: targets[output]!}, values[output]!);
    },
    values: (prefix) => valuesOf(prefix, columns),
    quickValues: (prefix) => valuesOf(prefix, quick),
    reset() {
      [lossSum, numExamples] = [0, 0];
      for (const part of parts) part.sum = 0;
      for (const {metric} of columns) metric.reset();
    },
  };
}
