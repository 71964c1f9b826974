import type {Tensor} from 'onnxruntime-node';
import type {OnnxGraph, OnnxNode, OnnxTensor, OnnxType} from './onnx/proto.js';
import {encodeModel} from './onnx/proto.js';

/** What is computed once instead of whenever the file runs; none of these makes more numbers than it takes. */
const folded: ReadonlySet<string> = new Set([
  ...['Transpose', 'Reshape', 'Slice', 'Concat', 'Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Reciprocal', 'Neg', 'Max', 'Min'],
]);

/**
 * Computes what depends on weights alone, with ONNX Runtime itself: kernels of convolutions turned to ONNX's order, the factors of
 * normalizations. A result that takes the place of a single weight gets its name, so that viewers show weights where they are used.
 */
export async function foldWeights(graph: OnnxGraph, opset: number, irVersion: number): Promise<OnnxGraph> {
  const types = new Map<string, OnnxType>(graph.initializers.map(({name, type}) => [name, type]));
  const sources = new Map<string, ReadonlySet<string>>(graph.initializers.map(({name}) => [name, new Set([name])]));
  const isFolded = (node: OnnxNode): boolean => folded.has(node.op) && node.inputs.every((input) => types.has(input));
  const [early, late]: [OnnxNode[], OnnxNode[]] = [[], []];
  for (const node of graph.nodes) {
    if (!isFolded(node)) {
      late.push(node);
      continue;
    }
    early.push(node);
    const from = new Set(node.inputs.flatMap((input) => [...sources.get(input)!]));
    for (const output of node.outputs) {
      types.set(output, types.get(node.inputs[0]!)!);
      sources.set(output, from);
    }
  }
  if (early.length === 0) return graph;
  const read = new Set([...late.flatMap(({inputs}) => inputs), ...graph.outputs.map(({name}) => name)]);
  const wanted = early.flatMap(({outputs}) => outputs.filter((output) => read.has(output)));
  const results = await compute(graph, early, wanted, types, {opset, irVersion});
  const names = weightNames(wanted, sources, read);
  const rename = (name: string): string => names.get(name) ?? name;
  const isKept = ({name}: {readonly name: string}): boolean => read.has(name) && !names.has(name);
  return {
    ...graph,
    nodes: late.map((node) => ({...node, inputs: node.inputs.map(rename)})),
    initializers: [
      ...graph.initializers.filter(isKept),
      ...results.map((tensor) => ({...tensor, name: rename(tensor.name)})),
    ],
    values: graph.values.filter(({name}) => !types.has(name)),
  };
}

/** Of the results that come of one weight alone, which nothing else reads: that weight's name. */
function weightNames(
  wanted: readonly string[],
  sources: ReadonlyMap<string, ReadonlySet<string>>,
  read: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const isWeight = (name: string): boolean => name.includes('/');
  const weightsOf = (name: string): readonly string[] => [...sources.get(name)!].filter(isWeight);
  const numUses = new Map<string, number>();
  for (const name of wanted) for (const weight of weightsOf(name)) numUses.set(weight, (numUses.get(weight) ?? 0) + 1);
  return new Map(
    wanted.flatMap((name) => {
      const [weight, ...others] = weightsOf(name);
      const isOwn = weight !== undefined && others.length === 0 && numUses.get(weight) === 1 && !read.has(weight);
      return isOwn ? [[name, weight] as const] : [];
    }),
  );
}

async function compute(
  graph: OnnxGraph,
  nodes: readonly OnnxNode[],
  wanted: readonly string[],
  types: ReadonlyMap<string, OnnxType>,
  {opset, irVersion}: {readonly opset: number; readonly irVersion: number},
): Promise<readonly OnnxTensor[]> {
  const needed = new Set(nodes.flatMap(({inputs}) => inputs));
  const initializers = graph.initializers.filter(({name}) => needed.has(name));
  const outputs = wanted.map((name) => ({name, type: types.get(name)!, shape: undefined}));
  const part = {name: 'weights', nodes, initializers, inputs: [], outputs, values: []};
  const results = await runOnnx(encodeModel(part, opset, {irVersion}), {});
  return outputs.map(({name, type}) => {
    const {data, dims} = results[name]!;
    const values = data as Float32Array | BigInt64Array | Int32Array | Uint8Array;
    const bytes = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return {name, type, shape: [...dims], bytes};
  });
}

/** Runs a model as anybody would, through the public interface of onnxruntime-node, its optimizations included. */
export async function runOnnx(
  model: Uint8Array,
  inputs: Readonly<Record<string, {readonly values: Float32Array; readonly shape: readonly number[]}>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const {InferenceSession, Tensor: tensorClass} = await import('onnxruntime-node');
  const session = await InferenceSession.create(model, {executionProviders: ['cpu'], logSeverityLevel: 4});
  try {
    const feeds = Object.entries(inputs).map(([name, {values, shape}]) => [
      name,
      new tensorClass('float32', values, shape),
    ]);
    return (await session.run(Object.fromEntries(feeds))) as Readonly<Record<string, Tensor>>;
  } finally {
    await session.release();
  }
}
