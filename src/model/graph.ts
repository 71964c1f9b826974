import {nearest} from '../spec/suggest.js';
import type {LayerDefinition} from './layer.js';
import {layerNames} from './layer-names.js';
import {layerOf} from './layers/index.js';
import type {ModelSpec} from './section.js';
import {LayerProblem, ModelProblem} from './shape-problem.js';

/** What `inputs` call the examples, where they consist of one tensor. */
export const dataName = 'input';

/** The ends of a model: what the data give it, and what training takes from it. */
export interface ModelEnds {
  /** Names of the data's inputs; no layer may have one. `input` also means the only one. By default just `input`. */
  readonly inputs?: readonly string[];
  /** Names of the layers whose outputs are the model's, where it has several; by default `model.output` or the last layer. */
  readonly outputs?: readonly string[] | undefined;
}

/** How the layers of a model are connected. */
export interface LayerGraph {
  /** By position in `model.layers`. */
  readonly names: readonly string[];
  /**
   * Names of what each layer takes, in its order: layers, further outputs of layers (`encoder.hidden`), or inputs of the data. By
   * position in `model.layers`.
   */
  readonly inputs: readonly (readonly string[])[];
  /** Positions in an order in which every layer comes after all it takes; that of the list wherever possible. */
  readonly order: readonly number[];
  /** Positions of the layers whose outputs are the model's. */
  readonly outputs: readonly number[];
}

/**
 * Connects the layers of a model: each takes what its `inputs` name, or the layer before it, the first one the data.
 * @throws ModelProblem for a name used twice or unknown, a wrong number of inputs, a circle, or a layer or an input that leads nowhere
 */
export function connectLayers(
  model: ModelSpec,
  {inputs: ends = [dataName], outputs: wanted}: ModelEnds = {},
): LayerGraph {
  const names = layerNames(model.layers);
  const positions = new Map(names.map((name, index) => [name, index]));
  checkReserved(names, ends);
  const only = ends.length === 1 ? ends[0]! : undefined;
  const meant = (name: string): string => (name === dataName && only !== undefined ? only : name);
  const inputs = model.layers.map(({inputs: written}, index) => {
    if (written !== undefined) return [written].flat().map(meant);
    if (index > 0) return [names[index - 1]!];
    if (only !== undefined) return [only];
    const message = `\`${names[0]}\` does not say which input it takes; the data have ${ends.length}`;
    throw new LayerProblem(0, names[0]!, undefined, message, `add \`inputs:\` and one of ${ends.join(', ')}`);
  });
  model.layers.forEach((layer, index) => {
    checkNames(model, index, names, only === undefined ? ends : [...new Set([dataName, only])]);
    checkCount(layerOf(layer), index, names, inputs[index]!);
  });
  const takes = inputs.map((sources) => sources.map((source) => (ends.includes(source) ? source : layerIn(source))));
  const order = orderOf(names, takes, positions);
  const outputs = wanted?.map((name) => positions.get(name)!) ?? [outputOf(model, names, positions)];
  checkUse({names, inputs: takes, order, outputs}, positions, wanted !== undefined || model.output !== undefined);
  checkEnds(ends, inputs);
  return {names, inputs, order, outputs};
}

/** The layer that a name among `inputs` begins with: `encoder` of `encoder.hidden`. Layers have no dots in their names. */
export const layerIn = (source: string): string => source.split('.', 1)[0]!;

/** Positions of the layers that lead to an output, that layer first, back to where branches meet or the data begin. */
export function lastStretch({names, inputs, outputs}: LayerGraph, output = outputs[0]!): readonly number[] {
  const stretch: number[] = [];
  for (let index = output; index >= 0; index = names.indexOf(layerIn(inputs[index]![0]!))) {
    stretch.push(index);
    if (inputs[index]!.length > 1) break;
  }
  return stretch;
}

/** ``dense `logits` ``, as messages name a layer. */
const called = ({type}: LayerDefinition, name: string): string => `${type} \`${name}\``;

function checkReserved(names: readonly string[], ends: readonly string[]): void {
  const index = names.findIndex((name) => name === dataName || ends.includes(name));
  if (index < 0) return;
  const name = names[index]!;
  const what = ends.length > 1 && name !== dataName ? 'an input of the data' : 'the data';
  const message = `a layer cannot be named \`${name}\`, which stands for ${what}`;
  throw new LayerProblem(index, name, 'name', message, 'give it another name');
}

/** @param ends what the data may be called */
function checkNames({layers}: ModelSpec, index: number, names: readonly string[], ends: readonly string[]): void {
  const written = layers[index]!.inputs;
  const list = written === undefined ? [] : [written].flat();
  for (const [i, name] of list.entries()) {
    if (ends.includes(name) || names.includes(name)) continue;
    const field = typeof written === 'string' ? 'inputs' : `inputs.${i}`;
    const base = layerIn(name);
    const source = layers[names.indexOf(base)];
    if (source) {
      const states = Object.keys(layerOf(source).states?.(source) ?? {}).map((state) => `${base}.${state}`);
      if (states.includes(name)) continue;
      const message = `\`${names[index]}\` takes \`${name}\`, which ${called(layerOf(source), base)} does not give`;
      const hint = `it gives ${[base, ...states].join(', ')}`;
      throw new LayerProblem(index, names[index]!, field, message, hint);
    }
    const near = nearest(base, [...names, ...ends]);
    const message = `\`${names[index]}\` takes \`${name}\`, but no layer has that name`;
    const hint =
      near === undefined ? `layers: ${[...names, ...ends].join(', ')} (the data)` : `did you mean \`${near}\`?`;
    throw new LayerProblem(index, names[index]!, field, message, hint);
  }
}

/** Every input of the data must be used: one that is not is a connection forgotten. */
function checkEnds(ends: readonly string[], inputs: LayerGraph['inputs']): void {
  const idle = ends.find((end) => !inputs.some((sources) => sources.includes(end)));
  if (idle === undefined) return;
  const message = `the input \`${idle}\` of the data leads nowhere: no layer takes it`;
  throw new ModelProblem(
    ['layers'],
    message,
    `name \`${idle}\` in the \`inputs\` of a layer, or leave it out of the data`,
  );
}

function checkCount(
  definition: LayerDefinition,
  index: number,
  names: readonly string[],
  inputs: readonly string[],
): void {
  const {min, max} = definition.arity ?? {min: 1, max: 1};
  if (inputs.length >= min && inputs.length <= max) return;
  const name = names[index]!;
  const [limit, count] = inputs.length > max ? ['at most ', max] : ['at least ', min];
  const wanted = `${min === max ? '' : limit}${count === 1 ? 'one input' : `${count} inputs`}`;
  const message = `${called(definition, name)} takes ${wanted}; it gets ${inputs.length}: ${inputs.join(', ')}`;
  const hint =
    max === 1
      ? `merge them first: {type: concatenate, inputs: [${inputs.join(', ')}]}`
      : inputs.length > max
        ? `leave out ${inputs.slice(max).join(', ')}`
        : `name them: \`inputs: [${inputs[0] ?? dataName}, …]\``;
  throw new LayerProblem(index, name, inputs.length > 1 ? 'inputs' : undefined, message, hint);
}

/** Depth first in the order of the list, so that a list in which inputs come first keeps its order. */
function orderOf(
  names: readonly string[],
  inputs: readonly (readonly string[])[],
  positions: ReadonlyMap<string, number>,
): readonly number[] {
  const order: number[] = [];
  const done = new Set<number>();
  // A stack of our own: a model may be deeper than the call stack.
  for (const start of names.keys()) {
    const open: {readonly index: number; next: number}[] = done.has(start) ? [] : [{index: start, next: 0}];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const source = inputs[top.index]![top.next++];
      if (source === undefined) {
        open.pop();
        done.add(top.index);
        order.push(top.index);
        continue;
      }
      const index = positions.get(source);
      if (index === undefined || done.has(index)) continue;
      const circle = open.findIndex((layer) => layer.index === index);
      if (circle >= 0) refuseCircle(open.slice(circle), names);
      open.push({index, next: 0});
    }
  }
  return order;
}

/** @param circle each layer takes the next one, the last takes the first */
function refuseCircle(
  circle: readonly {readonly index: number; readonly next: number}[],
  names: readonly string[],
): never {
  const [first] = circle;
  const index = first!.index;
  const path = [...circle.toReversed().map((layer) => layer.index), circle.at(-1)!.index].map((one) => names[one]);
  const message = `layers go round in a circle: ${path.join(' → ')}`;
  throw new LayerProblem(index, names[index]!, 'inputs', message, 'data flows one way: take an earlier layer');
}

function outputOf(model: ModelSpec, names: readonly string[], positions: ReadonlyMap<string, number>): number {
  if (model.output === undefined) return names.length - 1;
  const position = positions.get(model.output);
  if (position !== undefined) return position;
  const near = nearest(model.output, names);
  const hint = near === undefined ? `layers: ${names.join(', ')}` : `did you mean \`${near}\`?`;
  throw new ModelProblem(['output'], `model.output is \`${model.output}\`, but no layer has that name`, hint);
}

/** Every layer must lead to an output: one that does not is a connection forgotten. */
function checkUse(
  {names, inputs, outputs}: LayerGraph,
  positions: ReadonlyMap<string, number>,
  areChosen: boolean,
): void {
  const used = new Set(outputs);
  const open = [...outputs];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const source of inputs[index]!) {
      const position = positions.get(source);
      if (position === undefined || used.has(position)) continue;
      used.add(position);
      open.push(position);
    }
  }
  const idle = [...names.keys()].filter((index) => !used.has(index));
  // The end of a loose strand: the layer to connect, or to remove with all that leads to it only.
  const end = idle.findLast((index) => !idle.some((other) => inputs[other]!.includes(names[index]!)));
  if (end === undefined) return;
  const listed = outputs.map((index) => `\`${names[index]}\``).join(', ');
  const what = !areChosen
    ? `${listed}, the last layer`
    : outputs.length > 1
      ? `an output of the model (${listed})`
      : `${listed}, the model's output`;
  const strand = idle.length === 1 ? 'it' : `it and what leads only to it (${idle.length} layers)`;
  const message = `\`${names[end]}\` leads nowhere: no path from it to ${what}`;
  const hint = `name \`${names[end]}\` in the \`inputs\` of another layer, or remove ${strand}`;
  throw new LayerProblem(end, names[end]!, undefined, message, hint);
}
