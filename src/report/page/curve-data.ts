import {type CurvePoint, meanCurve} from '../../comparison/mean-curve.js';
import {smoothed} from '../../comparison/smooth.js';
import type {RunData} from './data.js';

/** Columns of the epochs that place a row rather than measure. */
const places: ReadonlySet<string> = new Set(['epoch', 'step', 'time']);

/** The chart that shows the losses of single steps. */
export const stepMetric = 'batchLoss';

/** Metrics that runs have, without what tells their sets apart: `loss` for loss, val_loss and test_loss. */
export function metricsOf(runs: readonly RunData[]): readonly string[] {
  const names = new Set(runs.flatMap(({epochs}) => Object.keys(epochs.columns)));
  const metrics = new Set([...names].filter((name) => !places.has(name)).map(metricOf));
  metrics.delete('learningRate');
  return [
    ...metrics,
    ...(runs.some(hasSchedule) ? ['learningRate'] : []),
    ...(runs.some(({steps}) => (steps.columns[stepMetric] ?? []).length > 0) ? [stepMetric] : []),
  ];
}

/** Only a learning rate that changes is worth a chart. */
function hasSchedule({epochs}: RunData): boolean {
  const rates = epochs.columns.learningRate ?? [];
  return rates.some((rate) => rate !== rates[0]);
}

/** Without the set that it was measured on. */
export const metricOf = (column: string): string => column.replace(/^(val|test)_/, '');

/** Columns of a metric that runs have, those of held-out sets first. */
export function columnsOf(metric: string, runs: readonly RunData[]): readonly string[] {
  const has = (column: string): boolean =>
    runs.some(({epochs, steps}) => column in (metric === stepMetric ? steps : epochs).columns);
  return [`val_${metric}`, `test_${metric}`, metric].filter(has);
}

/** A column of runs, each smoothed by itself, then their mean. @returns no points where no run has any */
export function curveOf(
  runs: readonly RunData[],
  column: string,
  {x, smooth}: {readonly x: 'epoch' | 'step' | 'time'; readonly smooth: number},
): readonly CurvePoint[] {
  const isStep = column === stepMetric;
  const each = runs.map(({epochs, steps}) => {
    const {columns} = isStep ? steps : epochs;
    const values = columns[column] ?? [];
    const along = columns[isStep ? 'step' : x] ?? [];
    const moments = columns[isStep ? 'step' : 'epoch'] ?? [];
    const smooth1 = smoothed(
      values.map((value) => value ?? Number.NaN),
      smooth,
    );
    return smooth1.flatMap((value, index): CurvePoint[] => {
      const [place, moment] = [along[index], moments[index]];
      if (typeof place !== 'number' || typeof moment !== 'number') return [];
      return [{epoch: moment, x: place, value, numRuns: Number.isFinite(value) ? 1 : 0}];
    });
  });
  const some = each.filter(({length}) => length > 0);
  return some.length === 0 ? [] : meanCurve(some);
}
