import type {BuiltModel} from '../../model/built-model.js';
import {expVersion} from '../../support/versions.js';
import {batchAxis, withBatchAxis} from './export-batch.js';
import {foldWeights} from './export-fold.js';
import {inferenceGraph, type OutputEnding} from './export-record.js';
import {encodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValueInfo} from './onnx/proto.js';

/** Widely read: onnxruntime from 1.14 on, and what PyTorch exports to. */
export const exportedOpset = 18;
const irVersion = 8;

export interface OnnxExport {
  /** The file. */
  readonly bytes: Uint8Array;
  /** How many examples it takes at a time; undefined: any number. */
  readonly batchSize: number | undefined;
  /** Why it does not take any number, where that was asked for. */
  readonly reason?: string;
  /** Of ONNX, each once. */
  readonly operators: readonly string[];
  /** Names in the file by those of the model. */
  readonly inputNames: Readonly<Record<string, string>>;
  readonly outputNames: Readonly<Record<string, string>>;
}

export interface OnnxExportOptions {
  /** By output: what is added behind it. */
  readonly endings?: Readonly<Record<string, OutputEnding | undefined>>;
  /** For that many examples at a time; for any number by default, or for one where the model does not allow it. */
  readonly batchSize?: number | undefined;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A model in inference mode, its current weights included, as an ONNX file: float32 inputs `[batch, ...shape]` called as the data's inputs
 * are, channels last as everywhere in exp, and outputs called as the model's.
 * @throws ExpError KERNEL_UNSUPPORTED for a model that cannot be recorded
 */
export async function exportOnnx(model: BuiltModel, options: OnnxExportOptions = {}): Promise<OnnxExport> {
  const {endings = {}, description, metadata} = options;
  const graphOf = (batchSize: number): OnnxGraph => inferenceGraph(model, endings, batchSize);
  const general = options.batchSize === undefined ? withBatchAxis(graphOf) : undefined;
  const reason = general && 'reason' in general ? general.reason : undefined;
  const batchSize = options.batchSize ?? (reason === undefined ? undefined : 1);
  const graph = general && !('reason' in general) ? general : graphOf(batchSize!);
  const bound = await withWeights(graph, model);
  const folded = withoutUnread(await foldWeights(bound, exportedOpset, irVersion));
  const {named, inputNames, outputNames} = withPlainNames(folded);
  const facts = {
    irVersion,
    producerVersion: expVersion(),
    ...(description ? {description} : {}),
    metadata: metadata ?? {},
  };
  return {
    bytes: encodeModel(named, exportedOpset, facts),
    batchSize,
    ...(reason === undefined ? {} : {reason}),
    operators: [...new Set(named.nodes.map(({op}) => op))].sort(),
    inputNames,
    outputNames,
  };
}

/** Weights become constants of the graph. */
async function withWeights(graph: OnnxGraph, {weights}: BuiltModel): Promise<OnnxGraph> {
  const tensors: OnnxTensor[] = [];
  for (const {name, variable} of weights) {
    const values = Float32Array.from(await variable.read().data());
    tensors.push({name, type: 'float32', shape: variable.shape as number[], bytes: new Uint8Array(values.buffer)});
  }
  const names = new Set(tensors.map(({name}) => name));
  return {
    ...graph,
    inputs: graph.inputs.filter(({name}) => !names.has(name)),
    initializers: [...tensors, ...graph.initializers],
  };
}

function withoutUnread(graph: OnnxGraph): OnnxGraph {
  const read = new Set(graph.nodes.flatMap(({inputs}) => inputs));
  const outputs = new Set(graph.outputs.map(({name}) => name));
  return {...graph, initializers: graph.initializers.filter(({name}) => read.has(name) || outputs.has(name))};
}

/** `input:NAME` and `output:NAME` lose what is in front; values between are called after the node that makes them. */
function withPlainNames(graph: OnnxGraph): {
  readonly named: OnnxGraph;
  readonly inputNames: Readonly<Record<string, string>>;
  readonly outputNames: Readonly<Record<string, string>>;
} {
  const names = new Map<string, string>();
  const taken = new Set(graph.initializers.map(({name}) => name));
  const take = (name: string, wanted: string): string => {
    let free = wanted;
    for (let number = 1; taken.has(free); number++) free = `${wanted}_${number}`;
    taken.add(free);
    names.set(name, free);
    return free;
  };
  const plain = (infos: readonly OnnxValueInfo[], kind: 'input' | 'output'): Record<string, string> =>
    Object.fromEntries(
      infos.map(({name}) => {
        const own = name.slice(kind.length + 1);
        return [own, take(name, taken.has(own) ? `${own}_${kind}` : own)];
      }),
    );
  const inputNames = plain(graph.inputs, 'input');
  const outputNames = plain(graph.outputs, 'output');
  const labelled = (node: OnnxNode): void => {
    for (const output of node.outputs) if (!names.has(output)) take(output, `${node.label}/${node.op}_output`);
  };
  graph.nodes.forEach(labelled);
  const rename = (name: string): string => names.get(name) ?? name;
  const renamed = <Info extends {readonly name: string}>(info: Info): Info => ({...info, name: rename(info.name)});
  const named: OnnxGraph = {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    inputs: graph.inputs.map(renamed),
    outputs: graph.outputs.map(renamed),
    values: graph.values.map(renamed),
  };
  return {named, inputNames, outputNames};
}

export {batchAxis, type OutputEnding};
