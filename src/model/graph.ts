import {nearest} from '../spec/suggest.js';
import type {LayerDefinition} from './layer.js';
import {layerNames} from './layer-names.js';
import {layerOf} from './layers/index.js';
import type {ModelSpec} from './section.js';
import {LayerProblem, ModelProblem} from './shape-problem.js';

/** What `inputs` call the examples. No layer may have this name. */
export const dataName = 'input';

/** How the layers of a model are connected. */
export interface LayerGraph {
  /** By position in `model.layers`. */
  readonly names: readonly string[];
  /** Names of what each layer takes, in its order: layers, or `input` for the data. By position in `model.layers`. */
  readonly inputs: readonly (readonly string[])[];
  /** Positions in an order in which every layer comes after all it takes; that of the list wherever possible. */
  readonly order: readonly number[];
  /** Position of the layer whose output is the model's. */
  readonly output: number;
}

/**
 * Connects the layers of a model: each takes what its `inputs` name, or the layer before it, the first one the data.
 * @throws ModelProblem for a name used twice or unknown, a wrong number of inputs, a circle, or a layer that leads nowhere
 */
export function connectLayers(model: ModelSpec): LayerGraph {
  const names = layerNames(model.layers);
  const positions = new Map(names.map((name, index) => [name, index]));
  const reserved = positions.get(dataName);
  if (reserved !== undefined) {
    const message = `a layer cannot be named \`${dataName}\`, which stands for the data`;
    throw new LayerProblem(reserved, dataName, 'name', message, 'give it another name');
  }
  const inputs = model.layers.map(({inputs: written}, index) => {
    if (written === undefined) return [names[index - 1] ?? dataName];
    return typeof written === 'string' ? [written] : written;
  });
  model.layers.forEach((layer, index) => {
    checkNames(layer.inputs, index, names);
    checkCount(layerOf(layer), index, names, inputs[index]!);
  });
  const order = orderOf(names, inputs, positions);
  const output = outputOf(model, names, positions);
  checkUse(names, inputs, positions, output, model.output !== undefined);
  return {names, inputs, order, output};
}

/** Positions of the layers that end a model, the output first, back to where branches meet or the data begin. */
export function lastStretch({names, inputs, output}: LayerGraph): readonly number[] {
  const stretch: number[] = [];
  for (let index = output; index >= 0; index = names.indexOf(inputs[index]![0]!)) {
    stretch.push(index);
    if (inputs[index]!.length > 1) break;
  }
  return stretch;
}

/** ``dense `logits` ``, as messages name a layer. */
const called = ({type}: LayerDefinition, name: string): string => `${type} \`${name}\``;

function checkNames(written: string | readonly string[] | undefined, index: number, names: readonly string[]): void {
  const list = written === undefined ? [] : [written].flat();
  for (const [i, name] of list.entries()) {
    if (name === dataName || names.includes(name)) continue;
    const field = typeof written === 'string' ? 'inputs' : `inputs.${i}`;
    const near = nearest(name, [...names, dataName]);
    const message = `\`${names[index]}\` takes \`${name}\`, but no layer has that name`;
    const hint =
      near === undefined ? `layers: ${[...names, dataName].join(', ')} (the data)` : `did you mean \`${near}\`?`;
    throw new LayerProblem(index, names[index]!, field, message, hint);
  }
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
  const wanted = `${min === max ? '' : 'at least '}${min === 1 ? 'one input' : `${min} inputs`}`;
  const message = `${called(definition, name)} takes ${wanted}; it gets ${inputs.length}: ${inputs.join(', ')}`;
  const hint =
    max === 1
      ? `merge them first: {type: concatenate, inputs: [${inputs.join(', ')}]}`
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

/** Every layer must lead to the output: one that does not is a connection forgotten. */
function checkUse(
  names: readonly string[],
  inputs: readonly (readonly string[])[],
  positions: ReadonlyMap<string, number>,
  output: number,
  isChosen: boolean,
): void {
  const used = new Set([output]);
  const open = [output];
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
  const what = isChosen ? `\`${names[output]}\`, the model's output` : `\`${names[output]}\`, the last layer`;
  const strand = idle.length === 1 ? 'it' : `it and what leads only to it (${idle.length} layers)`;
  const message = `\`${names[end]}\` leads nowhere: no path from it to ${what}`;
  const hint = `name \`${names[end]}\` in the \`inputs\` of another layer, or remove ${strand}`;
  throw new LayerProblem(end, names[end]!, undefined, message, hint);
}
