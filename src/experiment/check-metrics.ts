import type {Path} from '../spec/path.js';
import {sizeOf} from '../support/tensor.js';
import {lossDefinition} from '../training/losses/registry.js';
import {columnsOf, type MetricSpec, metricDefinition} from '../training/metrics/registry.js';
import {classesOf} from '../training/targets.js';
import type {Ending} from './check-outputs.js';
import type {Findings} from './findings.js';

/** Checks each metric against the data, the loss, and the metrics before it. */
export function checkMetrics(ending: Ending, findings: Findings): void {
  const {output, target} = ending;
  const names: string[] = [];
  for (const [index, metric] of output.metrics.entries()) {
    const path = [...output.path, 'metrics', index];
    const columns = columnsOf(metric, classesOf(target, output.loss));
    const own = columns.length === 0 ? [metricDefinition(metric).column(metric)] : columns;
    const twice = own.find((name) => names.includes(name));
    if (twice !== undefined)
      findings.mistake(path, `${output.path.join('.')}.metrics holds \`${twice}\` twice`, 'keep one of the two');
    names.push(...own);
    checkMetric(metric, path, ending, findings);
  }
}

function checkMetric(metric: MetricSpec, path: Path, {output, target, outputShape}: Ending, findings: Findings): void {
  const {loss} = output;
  const {targets, outputs, includes} = lossDefinition(loss);
  const meaning = outputs(loss);
  const {judges, needsProbabilities} = metricDefinition(metric);
  if ((judges === 'values') !== (meaning === 'values')) {
    const isForClasses = judges === 'classes';
    const message = isForClasses
      ? `${metric.type} judges classes, but ${loss.type} fits real values`
      : `${metric.type} measures distances between values, but with ${loss.type} the model's outputs stand for classes`;
    findings.mistake(path, message, isForClasses ? 'use meanAbsoluteError' : 'use accuracy or topKAccuracy');
    return;
  }
  if (needsProbabilities && meaning === 'logits' && !includes) {
    const message = `${metric.type} wants probabilities, but the scores that ${loss.type} makes are none`;
    findings.mistake(path, message, 'use accuracy, or a cross-entropy as the loss');
    return;
  }
  const numQuestions = sizeOf(outputShape);
  const isYesNo = targets === 'values' && judges === 'classes';
  if ('average' in metric && metric.average === 'none' && isYesNo && numQuestions === 1) {
    const message = `average: none makes a column for each class, but ${loss.type} asks a single yes/no question`;
    findings.mistake([...path, 'average'], message, 'drop it: the one column is about yes');
  }
  if (isYesNo && numQuestions > 1 && (metric.type === 'topKAccuracy' || metric.type === 'confusionMatrix')) {
    const message = `${metric.type} is for classes that exclude each other, but with ${loss.type} the model answers ${numQuestions} yes/no questions`;
    findings.mistake(path, message, 'use accuracy, or fBeta with `average: none`');
    return;
  }
  if (metric.type === 'topKAccuracy' && metric.k >= (outputShape.at(-1) ?? 1)) {
    const count = target.numClasses ?? outputShape.at(-1) ?? 1;
    const message = `top-${metric.k} accuracy of ${count} classes is always 1`;
    findings.mistake([...path, 'k'], message, `write a k below ${count}`);
  }
}
