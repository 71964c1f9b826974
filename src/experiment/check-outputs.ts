import type {TargetInfo} from '../data/dataset.js';
import type {LayerSummary} from '../model/built-model.js';
import type {LayerSpec} from '../model/layers/index.js';
import type {Path} from '../spec/path.js';
import {formatShape, type Shape, sizeOf} from '../support/tensor.js';
import {lossDefinition} from '../training/losses/registry.js';
import type {OutputSpec} from '../training/outputs.js';
import type {Findings} from './findings.js';
import type {ExperimentSpec} from './schema.js';

/** What the last layers must agree on: the data's targets, the loss, and the activation at the end. */
export interface Ending {
  readonly spec: ExperimentSpec;
  /** One of the model's outputs, and what it is trained for. */
  readonly output: OutputSpec;
  readonly target: TargetInfo;
  /** Of the layer that makes it. */
  readonly outputShape: Shape;
  readonly layers: readonly LayerSummary[];
  /** Positions of the layers at the end, the last one first, back to where branches meet. */
  readonly last: readonly [number, ...number[]];
}

/**
 * Checks the model's outputs against the data's targets and the loss.
 * @returns whether the loss suits the data, so that metrics can be checked against it
 */
export function checkOutputs(ending: Ending, findings: Findings): boolean {
  if (!checkTask(ending, findings)) return false;
  checkShape(ending, findings);
  checkLastActivation(ending, findings);
  return true;
}

/** Whether the loss suits the data's kind of targets. */
function checkTask({output, target, outputShape}: Ending, findings: Findings): boolean {
  const {loss} = output;
  const {targets, outputs, ignores} = lossDefinition(loss);
  const numClasses = target.numClasses ?? 0;
  const path = [...output.path, 'loss'];
  if (target.task === 'regression' && targets !== 'values') {
    const message = `${loss.type} is for classes, but the data has real targets of shape ${formatShape(target.shape)}`;
    findings.mistake(path, message, 'write `loss: meanSquaredError`');
    return false;
  }
  const isTwoClasses = numClasses === 2 && sizeOf(outputShape) === 1;
  if (target.task === 'classification' && targets === 'values' && !isTwoClasses) {
    const what = outputs(loss) !== 'values' ? 'two classes and a single unit' : 'real targets';
    const message = `${loss.type} is for ${what}, but the data has ${numClasses} classes${numClasses === 2 ? ` and the model ${sizeOf(outputShape)} outputs` : ''}`;
    const hint = `write \`loss: softmaxCrossEntropy\`${numClasses === 2 ? ', or end the model with one unit' : ''}`;
    findings.mistake(path, message, hint);
    return false;
  }
  const ignored = ignores?.(loss);
  if (ignored !== undefined && ignored >= numClasses) {
    const message = `class ${ignored} is to be ignored, but classes go from 0 to ${numClasses - 1}`;
    findings.mistake([...path, 'ignore'], message, 'write the number of a class, such as that of the padding');
  }
  return true;
}

/** The model has to end in as many numbers as the loss compares with. */
function checkShape(ending: Ending, findings: Findings): void {
  const {output, target, outputShape} = ending;
  const {loss} = output;
  const {targets} = lossDefinition(loss);
  if (targets === 'values') {
    const wanted = sizeOf(target.shape);
    if (sizeOf(outputShape) === wanted) return;
    const has = `the data has ${target.task === 'regression' ? `targets of shape ${formatShape(target.shape)}` : 'one class number an example'}`;
    refuseUnits(ending, wanted, `${outputsOf(ending)}, ${has}`, findings);
    return;
  }
  const {numClasses, shape} = target;
  if (numClasses === undefined || String(outputShape) === String([...shape, numClasses])) return;
  if (outputShape.length !== shape.length + 1 || String(outputShape.slice(0, -1)) !== String(shape)) {
    const wanted = [...shape, numClasses];
    const what = shape.length === 0 ? '' : ` for each of the ${sizeOf(shape)} elements of a target`;
    const message = `the model ends in ${formatShape(outputShape)}, but ${loss.type} wants one number per class${what}: ${formatShape(wanted)}`;
    const hint =
      shape.length === 0
        ? `end it with {type: flatten} and {type: dense, units: ${numClasses}}`
        : `end it with {type: dense, units: ${numClasses}} on [${[...shape, '…'].join(', ')}]`;
    findings.mistake(['model', 'layers', ending.last[0]], message, hint);
    return;
  }
  const orBinary =
    numClasses === 2 && sizeOf(outputShape) === 1 ? ', or `loss: binaryCrossEntropy` for a single unit' : '';
  refuseUnits(ending, numClasses, `${outputsOf(ending)}, the data has ${numClasses} classes`, findings, orBinary);
}

/** ``dense `logits` has 9 units``, or what can be said of a last layer without units of its own. */
function outputsOf(ending: Ending): string {
  const {layers, outputShape} = ending;
  const last = layers[lastWithUnits(ending) ?? ending.last[0]];
  const units = outputShape.at(-1) ?? 1;
  if (!last || outputShape.length !== 1) return `the model ends in ${formatShape(outputShape)}`;
  return `${last.type} \`${last.name}\` has ${units} unit${units === 1 ? '' : 's'}`;
}

function refuseUnits(ending: Ending, wanted: number, message: string, findings: Findings, orElse = ''): void {
  const index = lastWithUnits(ending);
  const path: Path = ['model', 'layers', ...(index === undefined ? [ending.last[0]] : [index, 'units'])];
  const {outputShape, target} = ending;
  const isRow = target.task === 'classification' && outputShape.length === target.shape.length + 1;
  const isVector = index !== undefined && (outputShape.length === 1 || isRow);
  findings.mistake(
    path,
    message,
    `${isVector ? `write \`units: ${wanted}\`` : `end the model with {type: dense, units: ${wanted}}`}${orElse}`,
  );
}

/** Layers that pass numbers on as they are, as far as their count goes. */
const passing: ReadonlySet<string> = new Set([
  'activation',
  'relu',
  'leakyRelu',
  'elu',
  'prelu',
  'softmax',
  'dropout',
  'batchNormalization',
]);

/** The activation that a layer is or ends in, and the field that says so. */
function activationOf(layer: LayerSpec): {readonly name: string; readonly field: string} | undefined {
  switch (layer.type) {
    case 'activation':
      return {name: layer.function, field: 'function'};
    case 'relu':
    case 'leakyRelu':
    case 'elu':
      return {name: layer.type, field: 'type'};
    case 'softmax':
      return layer.axis === -1 ? {name: layer.type, field: 'type'} : undefined;
    default:
      return 'activation' in layer ? {name: layer.activation, field: 'activation'} : undefined;
  }
}

/** Position of the layer whose `units` are the model's outputs, if there is one. */
function lastWithUnits({spec: {model}, last}: Ending): number | undefined {
  const index = last.find((position) => !passing.has(model.layers[position]!.type));
  return index !== undefined && 'units' in model.layers[index]! ? index : undefined;
}

/** The activation that shapes the outputs, and where it is written. */
function lastActivation({
  spec: {model},
  last,
}: Ending): {readonly name: string; readonly path: Path; readonly index: number} | undefined {
  for (const index of last) {
    const layer = model.layers[index]!;
    const found = activationOf(layer);
    if (found && found.name !== 'linear') {
      return {name: found.name, path: ['model', 'layers', index, found.field], index};
    }
    if (!['flatten', 'reshape', 'dropout', 'activation'].includes(layer.type)) return undefined;
  }
  return undefined;
}

function checkLastActivation(ending: Ending, findings: Findings): void {
  const {output, layers, outputShape} = ending;
  const {loss} = output;
  const {includes, ...definition} = lossDefinition(loss);
  const last = lastActivation(ending);
  const layer = layers[last?.index ?? ending.last[0] ?? 0]!;
  const who = `${layer.type} \`${layer.name}\``;
  if (last?.name === 'softmax' && sizeOf(outputShape) === 1) {
    findings.mistake(
      last.path,
      `${who} takes the softmax of a single number, which is always 1`,
      layer.type === 'softmax' ? 'remove this layer' : 'write `activation: linear`',
    );
    return;
  }
  const endings = definition.endings?.(loss);
  if (endings) {
    if (last && endings.includes(last.name)) return;
    const message = `${loss.type}${'fromLogits' in loss ? ' with fromLogits: false' : ''} wants a model that ends in ${endings.join(' or ')}, but ${who} ends in ${last?.name ?? 'linear'}`;
    const orLogits = 'fromLogits' in loss && !last ? ', or drop `fromLogits: false`' : '';
    const path = last?.path ?? ['model', 'layers', ending.last[0] ?? 0];
    findings.mistake(path, message, `write \`activation: ${endings[0]}\`${orLogits}`);
    return;
  }
  if (!last || definition.outputs(loss) !== 'logits') return;
  const drop = last.path.at(-1) !== 'activation' ? 'remove this layer' : 'remove the activation';
  if (last.name === includes) {
    const message = `${who} ends in ${last.name}, and ${loss.type} applies it as well: it would be applied twice`;
    findings.mistake(last.path, message, `${drop}: the loss wants logits, the numbers before the ${includes}`);
  } else {
    const message = `${who} ends in ${last.name}, but ${loss.type} wants logits, which may be any number`;
    findings.mistake(last.path, message, includes ? `${drop}: the ${includes} is part of the loss` : drop);
  }
}
