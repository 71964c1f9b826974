import {lossDefinition} from '../training/losses/registry.js';
import {metricDefinition} from '../training/metrics/registry.js';
import type {Ending} from './check-outputs.js';
import type {Findings} from './findings.js';

/** Checks each metric against the data, the loss, and the metrics before it. */
export function checkMetrics({output, target, outputShape}: Ending, findings: Findings): void {
  const {metrics, loss} = output;
  const fits = lossDefinition(loss).outputs(loss) === 'values' ? 'values' : 'classes';
  const columns: string[] = [];
  for (const [index, metric] of metrics.entries()) {
    const path = [...output.path, 'metrics', index];
    const definition = metricDefinition(metric);
    const column = definition.column(metric);
    if (columns.includes(column))
      findings.mistake(path, `${output.path.join('.')}.metrics holds \`${column}\` twice`, 'keep one of the two');
    columns.push(column);
    if (definition.judges !== fits) {
      const isForClasses = definition.judges === 'classes';
      const message = isForClasses
        ? `${metric.type} judges classes, but ${loss.type} fits real values`
        : `${metric.type} measures distances between values, but with ${loss.type} the model's outputs stand for classes`;
      const hint = isForClasses ? 'use meanAbsoluteError' : 'use accuracy or topKAccuracy';
      findings.mistake(path, message, hint);
      continue;
    }
    const isUncalibrated = ['hinge', 'squaredHinge', 'categoricalHinge'].includes(loss.type);
    if (metric.type === 'logLoss' && isUncalibrated) {
      const message = `logLoss wants probabilities, but the scores that ${loss.type} makes are none`;
      findings.mistake(path, message, 'use accuracy, or a cross-entropy as the loss');
      continue;
    }
    if (metric.type === 'topKAccuracy' && metric.k >= (outputShape.at(-1) ?? 1)) {
      const count = target.numClasses ?? outputShape.at(-1) ?? 1;
      const message = `top-${metric.k} accuracy of ${count} classes is always 1`;
      findings.mistake([...path, 'k'], message, `write a k below ${count}`);
    }
  }
}
