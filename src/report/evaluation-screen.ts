import type {PartName} from '../data/splits.js';
import type {MetricValues} from '../training/events.js';
import type {MetricTable} from '../training/metrics/metric.js';
import {formatCount, plural} from './format.js';
import {renderRunTable} from './run-table.js';
import {metricsTable} from './screens.js';
import type {Sink} from './sink.js';

/** What a screen says of an evaluation. */
export interface EvaluationView {
  readonly run: string;
  readonly checkpoint: string;
  readonly epoch?: number;
  readonly step?: number;
  readonly split: PartName;
  readonly numExamples: number;
  readonly metrics: MetricValues;
  readonly tables: readonly MetricTable[];
}

/** Which weights on which set, the numbers, and the tables of metrics such as confusionMatrix. */
export function evaluationScreen(
  {run, checkpoint, epoch, step, split, numExamples, metrics, tables}: EvaluationView,
  view: Pick<Sink, 'style' | 'width'>,
): string {
  const moment = epoch === undefined ? '' : ` of epoch ${epoch}, step ${formatCount(step ?? 0)}`;
  const weights = checkpoint === 'model' ? 'final model' : `${checkpoint} checkpoint${moment}`;
  const set = split === 'train' ? 'training' : split;
  return [
    `${view.style.bold(run)}  ${weights}, ${plural(numExamples, 'example')} of the ${set} set\n`,
    metricsTable(metrics, view),
    ...tables.map(({name, header, rows}) => {
      const texts = rows.map((row) => row.map(String));
      const table = renderRunTable({name, split: set, path: '', header, rows: texts}, view);
      return table === '' ? '' : `\n${table}`;
    }),
  ].join('');
}
