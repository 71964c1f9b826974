import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {planModel} from '../model/infer-shapes.js';
import {toPytorch} from '../model/init/to-pytorch.js';
import {isOwnActivation} from '../model/own-activations.js';
import {saveModel, weightsFileName} from '../model/save.js';
import type {OutputPlace} from '../runs/export/output-place.js';
import {modelFiles} from '../runs/layout.js';
import {readSafetensors, writeSafetensors} from '../runs/safetensors.js';
import {ExpError} from '../support/errors.js';
import type {TensorData} from '../support/tensor.js';
import {outputNames} from '../training/outputs.js';
import type {ExportedPredict} from './export-check.js';
import {type ExportSubject, exportFacts} from './export-subject.js';

/** A format's file as it was written. */
export interface WrittenExport {
  /** Runs what is on the disk; undefined for a format of weights alone, which have been compared already. */
  readonly predict?: ExportedPredict;
  /** The only number of examples that it takes at a time. */
  readonly batchSize?: number | undefined;
  /** Activations that it has behind the model's outputs. */
  readonly applied?: Readonly<Record<string, 'softmax' | 'sigmoid' | undefined>>;
  /** For people, a line each. */
  readonly notes: readonly string[];
  dispose?(): void;
}

export interface OnnxRequest {
  readonly batchSize?: number | undefined;
  /** Adds the activation that is part of the loss. */
  readonly probabilities: boolean;
}

/** Writes a model for onnxruntime and everything else that reads ONNX. @throws ExpError */
export async function writeOnnx(
  subject: ExportSubject,
  place: OutputPlace,
  {batchSize, probabilities}: OnnxRequest,
): Promise<WrittenExport> {
  const {exportedOpset, exportOnnx} = await import('../engine/compiled/export-onnx.js');
  const {runOnnx} = await import('../engine/compiled/export-fold.js');
  const {model, outputs, saved} = subject;
  if (probabilities && outputs.every(({activation}) => activation === undefined)) {
    throw new ExpError(
      'USAGE',
      '--probabilities adds the softmax or sigmoid that is part of a loss; no loss of this run has one',
      outputs.some(({gives}) => gives === 'probabilities') ? 'the outputs are probabilities already' : undefined,
    );
  }
  const applied = probabilities ? Object.fromEntries(outputs.map(({name, activation}) => [name, activation])) : {};
  const {description} = saved.spec;
  const facts = {...exportFacts(subject), ...(probabilities ? {applied: JSON.stringify(applied)} : {})};
  const exported = await exportOnnx(model, {
    endings: applied,
    batchSize,
    metadata: facts,
    ...(description === undefined ? {} : {description}),
  });
  place.write((file) => writeFileSync(file, exported.bytes, {flush: true}));
  const {inputNames, outputNames: names} = exported;
  const logits = outputs.filter(({activation}) => activation !== undefined && !probabilities);
  return {
    applied,
    batchSize: exported.batchSize,
    predict: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, values]) => [inputNames[name]!, values]);
      const results = await runOnnx(readFileSync(place.temporary), Object.fromEntries(feeds));
      return Object.fromEntries(outputs.map(({name}) => [name, results[names[name]!]!.data as Float32Array]));
    },
    notes: [
      `opset ${exportedOpset}, ${exported.batchSize === undefined ? 'any number of examples at a time' : `${exported.batchSize} at a time`}`,
      ...(exported.reason === undefined ? [] : [`one example at a time: ${exported.reason}`]),
      ...Object.entries(model.inputShapes).map(([name, shape]) => `input ${inputNames[name]} ${axes(exported, shape)}`),
      ...outputs.map(
        ({name, shape, ...meaning}) =>
          `output ${names[name]} ${axes(exported, shape)}: ${told(meaning, applied[name])}`,
      ),
      ...(logits.length > 0 ? ['--probabilities adds what makes probabilities of logits'] : []),
    ],
  };
}

const axes = ({batchSize}: {readonly batchSize: number | undefined}, shape: readonly number[]): string =>
  `[${[batchSize ?? 'batch', ...shape].join(', ')}]`;

const told = (
  {gives, activation}: Pick<ExportSubject['outputs'][number], 'gives' | 'activation'>,
  applied: string | undefined,
): string =>
  applied
    ? `probabilities (${applied} added)`
    : activation
      ? `${gives}, of which ${activation} makes probabilities`
      : gives;

/**
 * Writes a folder for `tf.loadLayersModel`, without anything of exp.
 * @throws ExpError EXPORT_FAILED for a layer that TensorFlow.js has not, or not with these arguments
 */
export async function writeTfjs(subject: ExportSubject, place: OutputPlace): Promise<WrittenExport> {
  const {modelJson, weights} = await saveModel(subject.model);
  refuseUnknown(modelJson, await knownClasses());
  const described = {...modelJson, userDefinedMetadata: exportFacts(subject)};
  place.write((folder) => {
    writeFileSync(path.join(folder, weightsFileName), weights, {flush: true});
    writeFileSync(path.join(folder, modelFiles.topology), JSON.stringify(described), {flush: true});
  });
  const loaded = await loadStock(place.temporary);
  const tf = await import('@tensorflow/tfjs-core');
  const {model, outputs} = subject;
  return {
    notes: ['a layers model: tf.loadLayersModel loads it'],
    dispose: () => void loaded.dispose(),
    predict: async (inputs) => {
      const tensors = Object.keys(model.inputShapes).map((name) =>
        tf.tensor(inputs[name]!.values, [...inputs[name]!.shape], 'float32'),
      );
      const results = [loaded.predict(tensors.length === 1 ? tensors[0]! : tensors)].flat();
      const values = results.map((result) => Float32Array.from(result.dataSync()));
      tf.dispose([...tensors, ...results]);
      return Object.fromEntries(outputs.map(({name}, index) => [name, values[index]!]));
    },
  };
}

async function loadStock(folder: string) {
  const tf = await import('@tensorflow/tfjs-core');
  const {loadLayersModel} = await import('@tensorflow/tfjs-layers');
  const {modelTopology, weightsManifest} = JSON.parse(readFileSync(path.join(folder, modelFiles.topology), 'utf8'));
  const weightData = Uint8Array.from(readFileSync(path.join(folder, weightsFileName))).buffer;
  try {
    return await loadLayersModel(
      tf.io.fromMemory({modelTopology, weightSpecs: weightsManifest[0].weights, weightData}),
    );
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error));
  }
}

async function knownClasses(): Promise<ReadonlySet<string>> {
  await import('@tensorflow/tfjs-layers');
  const {serialization} = await import('@tensorflow/tfjs-core');
  return new Set(Object.keys(serialization.SerializationMap.getMap().classNameMap));
}

/** Layers inside others (wrappers, bidirectional) and activations are looked at, too. */
function refuseUnknown(modelJson: object, known: ReadonlySet<string>): void {
  const unknown = new Map<string, string[]>();
  const visit = (value: unknown, layer: string | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    const {class_name: className, config} = value as {class_name?: unknown; config?: {name?: unknown}};
    const own = layer ?? (typeof config?.name === 'string' && typeof className === 'string' ? config.name : undefined);
    const isLayer = typeof className === 'string' && className !== 'Functional' && className !== 'Model';
    if (isLayer && !known.has(className)) note(`layer class ${className}`, own);
    for (const [key, inner] of Object.entries(value)) {
      const isActivation = /activation$/i.test(key) && typeof inner === 'string';
      const activation = isActivation ? inCamelCase(inner) : '';
      if (isOwnActivation(activation)) note(`activation ${activation}`, own);
      visit(inner, isLayer ? own : undefined);
    }
  };
  const note = (what: string, layer: string | undefined): void => {
    const layers = unknown.get(what) ?? [];
    if (layer !== undefined && !layers.includes(layer)) layers.push(layer);
    unknown.set(what, layers);
  };
  visit((modelJson as {modelTopology: unknown}).modelTopology, undefined);
  if (unknown.size === 0) return;
  throw refusal(
    [...unknown]
      .map(([what, layers]) => `it has no ${what}${layers.length > 0 ? ` (${layers.join(', ')})` : ''}`)
      .join('; '),
  );
}

/** Saved models have words of Python. */
const inCamelCase = (word: string): string => word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const refusal = (why: string): ExpError =>
  new ExpError(
    'EXPORT_FAILED',
    `TensorFlow.js without exp cannot load this model: ${why}`,
    '--format onnx takes every layer; onnxruntime-web runs it in browsers',
  );

/**
 * Writes the weights alone, by exp's names or those of a PyTorch state_dict, and reads them back.
 * @throws ExpError EXPORT_FAILED for weights that PyTorch has nothing like
 */
export function writeWeights(
  subject: ExportSubject,
  place: OutputPlace,
  {names}: {readonly names: 'exp' | 'pytorch'},
): WrittenExport {
  const {saved, model, weights: all} = subject;
  const weights = new Map(model.weights.map(({name}) => [name, all.weights.get(name)!]));
  const tensors = names === 'exp' ? weights : pytorchWeights(subject, weights);
  const format = names === 'exp' ? 'exp' : 'pt';
  place.write((file) => writeSafetensors(file, tensors, {format, ...exportFacts(subject)}));
  const back = readSafetensors(place.temporary);
  for (const [name, {values}] of tensors) {
    const found = back.get(name);
    if (!found || Buffer.compare(bytesOf(found.values), bytesOf(values)) !== 0) {
      throw new ExpError('EXPORT_FAILED', `${place.shown} does not read back as it was written: ${name} differs`);
    }
  }
  const {plan} = saved;
  const numValues = [...tensors.values()].reduce((sum, {values}) => sum + values.length, 0);
  return {
    notes: [
      `${tensors.size} arrays, ${numValues} numbers, float32; read back and compared bit for bit`,
      `input shapes ${JSON.stringify(plan.inputShapes)}`,
    ],
  };
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function pytorchWeights(
  {saved}: ExportSubject,
  weights: ReadonlyMap<string, TensorData>,
): ReadonlyMap<string, TensorData> {
  const {spec, plan} = saved;
  const {arrays, lacking} = toPytorch(planModel(spec.model, plan.inputShapes, outputNames(spec.training)), weights);
  if (lacking.length === 0) return arrays;
  throw new ExpError(
    'EXPORT_FAILED',
    `PyTorch has nothing like ${lacking.slice(0, 8).join(', ')}${lacking.length > 8 ? ', …' : ''}`,
    '--names exp writes all weights by their own names',
  );
}
