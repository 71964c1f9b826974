import type {Batch} from '../data/dataset.js';
import type {MetricValues} from './events.js';
import {countedClasses, numClassesOf} from './metrics/class-rows.js';
import type {Metric, MetricContext, MetricTable} from './metrics/metric.js';
import {columnsOf, metricDefinition} from './metrics/registry.js';
import type {OutputSpec} from './outputs.js';
import type {BatchResult} from './session.js';

/** Loss and metrics over the examples seen since the last reset. */
export interface RunningMetrics {
  update(batch: Batch, result: BatchResult): void;
  /** By column name, each with `prefix` in front. */
  values(prefix: string): MetricValues;
  /** The same without the metrics that are too costly to work out after each step. */
  quickValues(prefix: string): MetricValues;
  /** What the metrics have to say that is no number. */
  tables(): readonly MetricTable[];
  /** Everything since the last reset, for a checkpoint: the losses, then each metric. */
  gathered(): readonly Float64Array[];
  /** Goes on from there. */
  restore(gathered: readonly Float64Array[]): void;
  reset(): void;
}

/** An output with what its metrics have to know. */
export interface MeasuredOutput extends Pick<OutputSpec, 'name' | 'prefix' | 'metrics'> {
  readonly context: MetricContext;
}

/** Accumulates the losses, weighted by batch size so that they are means over examples, and the metrics of each output. */
export function runningMetrics(outputs: readonly MeasuredOutput[]): RunningMetrics {
  const measured = outputs.flatMap(({name: output, prefix, metrics, context}) =>
    metrics.map((spec) => {
      const definition = metricDefinition(spec);
      const columns = columnsOf(spec, classesOf(context)).map((column) => prefix + column);
      return {
        output,
        prefix,
        columns,
        metric: definition.create(spec, context),
        isCostly: definition.isCostly ?? false,
      };
    }),
  );
  const parts = outputs.length > 1 ? outputs.map(({name, prefix}) => ({name, column: `${prefix}loss`, sum: 0})) : [];
  let [lossSum, numExamples] = [0, 0];
  const valuesOf = (prefix: string, chosen: typeof measured): MetricValues => {
    const values: Record<string, number> = {[`${prefix}loss`]: lossSum / numExamples};
    for (const {column, sum} of parts) values[prefix + column] = sum / numExamples;
    for (const {columns, metric} of chosen) {
      for (const [index, value] of resultsOf(metric).entries()) values[prefix + columns[index]!] = value;
    }
    return values;
  };
  const quick = measured.filter(({isCostly}) => !isCostly);
  return {
    update({size, targets}, {loss, losses, outputs: values}) {
      lossSum += loss * size;
      numExamples += size;
      for (const part of parts) part.sum += losses![part.name]! * size;
      for (const {output, metric} of measured) metric.update({size, targets: targets[output]!}, values[output]!);
    },
    values: (prefix) => valuesOf(prefix, measured),
    quickValues: (prefix) => valuesOf(prefix, quick),
    tables: () =>
      measured.flatMap(({prefix, metric}) => {
        const table = metric.table?.();
        return table ? [{...table, name: prefix + table.name}] : [];
      }),
    gathered: () => [
      Float64Array.of(lossSum, numExamples, ...parts.map(({sum}) => sum)),
      ...measured.map(({metric}) => metric.gathered()),
    ],
    restore([losses, ...values]) {
      [lossSum, numExamples] = [losses![0]!, losses![1]!];
      for (const [index, part] of parts.entries()) part.sum = losses![2 + index]!;
      for (const [index, {metric}] of measured.entries()) metric.restore(values[index]!);
    },
    reset() {
      [lossSum, numExamples] = [0, 0];
      for (const part of parts) part.sum = 0;
      for (const {metric} of measured) metric.reset();
    },
  };
}

/** One value per column. */
const resultsOf = (metric: Metric): readonly number[] => metric.results?.() ?? [metric.result()];

const classesOf = (context: MetricContext): readonly string[] =>
  countedClasses(context.classNames, numClassesOf(context), context.ignored);
