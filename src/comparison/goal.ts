import {type MetricSpec, metricDefinition, metrics} from '../training/metrics/registry.js';

/** Whether larger or smaller values are better; undefined where nobody knows. */
export type Goal = 'maximize' | 'minimize' | undefined;

const goals: ReadonlyMap<string, 'maximize' | 'minimize'> = new Map(
  Object.entries(metrics).map(([name]) => [name, metricDefinition({type: name} as MetricSpec).goal]),
);

/**
 * What is better of a column of metrics.csv, by its name: `val_` and `test_`, an output's or a class's name and the arguments of a metric
 * are looked through (`val_price_loss`, `top5Accuracy`, `recall_setosa`).
 */
export function goalOf(column: string): Goal {
  const name = column.replace(/^(val|test)_/, '');
  if (/(^|_)loss$/.test(name)) return 'minimize';
  for (const part of [name, ...name.split('_')]) {
    const goal =
      goals.get(part) ?? goals.get(part.replace(/^top\d+Accuracy$/, 'topKAccuracy').replace(/^f[\d.]+$/, 'fBeta'));
    if (goal) return goal;
  }
  return undefined;
}
