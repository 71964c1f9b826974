import {checkClassWeights} from '../data/class-weights.js';
import {DataSpecError} from '../data/data-error.js';
import {type DatasetInfo, learnable, type TargetInfo} from '../data/dataset.js';
import {layerNames} from '../model/layer-names.js';
import {ModelProblem} from '../model/shape-problem.js';
import {parsePath} from '../spec/path.js';
import {nearest} from '../spec/suggest.js';
import type {OutputSpec} from '../training/outputs.js';
import type {Findings} from './findings.js';
import type {ExperimentSpec} from './schema.js';

/**
 * Checks that the spec says once what is minimised, and that each of `training.outputs` is a layer.
 * @returns whether the model's outputs are known
 */
export function checkOutputNames({training, model}: ExperimentSpec, findings: Findings): boolean {
  const {loss, outputs} = training;
  if (!outputs) {
    if (loss) return true;
    findings.mistake(
      ['training'],
      'training has no `loss`, so there is nothing to minimise',
      'add `loss: softmaxCrossEntropy` for classes, `loss: meanSquaredError` for numbers; models of several outputs take `outputs`',
    );
    return false;
  }
  let isKnown = true;
  const refuse = (path: readonly string[], message: string, hint: string): void => {
    findings.mistake([...path], message, hint);
    isKnown = false;
  };
  for (const key of ['loss', 'target', 'classWeights'] as const) {
    if (training[key] === undefined) continue;
    refuse(['training', key], `training.${key} and training.outputs say the same twice`, `move it into the outputs`);
  }
  if (training.metrics.length > 0) {
    const hint = 'move it into the outputs: `outputs: {NAME: {metrics: […]}}`';
    refuse(['training', 'metrics'], 'training.metrics and training.outputs say the same twice', hint);
  }
  if (model.output !== undefined) {
    const message = 'model.output names one output, and training.outputs names them all';
    refuse(['model', 'output'], message, 'remove it');
  }
  if (Object.keys(outputs).length === 0) {
    const hint = 'add `NAME_OF_A_LAYER: {loss: meanSquaredError}`';
    refuse(['training', 'outputs'], 'training.outputs is empty, so there is nothing to minimise', hint);
  }
  const names = namesOf(model, findings);
  if (!names) return false;
  for (const name of Object.keys(outputs)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const message = `training.outputs has \`${name}\`, but no layer has that name`;
    refuse(
      ['training', 'outputs', name],
      message,
      near === undefined ? `layers: ${names.join(', ')}` : `did you mean \`${near}\`?`,
    );
  }
  return isKnown;
}

/** The layers' names, or a mistake where two have the same. */
function namesOf({layers}: ExperimentSpec['model'], findings: Findings): readonly string[] | undefined {
  try {
    return layerNames(layers);
  } catch (error) {
    if (!(error instanceof ModelProblem)) throw error;
    findings.mistake(['model', ...error.path], error.message, error.hint);
    return undefined;
  }
}

/** The target of an output, with its class weights checked; undefined where there is no such target. */
export function checkTarget(
  {name, target: wanted, path, classWeights}: OutputSpec,
  data: DatasetInfo,
  findings: Findings,
): TargetInfo | undefined {
  const targets = learnable(data);
  const names = Object.keys(data.targets);
  const found = wanted === undefined || (names.length === 1 && wanted === name) ? names[0]! : wanted;
  const info = targets[found];
  if (!info || (wanted === undefined && names.length > 1)) {
    const message = info
      ? `the data have ${names.length} targets, and training.loss is for one`
      : `the output \`${name}\` learns the target \`${wanted}\`, but the data have none of that name`;
    const hint = info
      ? `name the layers that learn them: \`outputs: {LAYER: {loss: …, target: ${names[0]}}}\``
      : `add \`target:\` and one of ${Object.keys(targets).join(', ')}`;
    const place = info ? [...path, 'loss'] : wanted === name ? path : [...path, 'target'];
    findings.mistake(place, message, hint);
    return undefined;
  }
  if (classWeights === undefined) return info;
  try {
    checkClassWeights(classWeights, info, [...path, 'classWeights'].join('.'));
  } catch (error) {
    if (!(error instanceof DataSpecError)) throw error;
    findings.mistake(parsePath(error.path) ?? path, error.message, error.hint);
  }
  return info;
}
