import {type Shape, sizeOf} from '../support/tensor.js';
import type {LayerSummary} from './built-model.js';
import {checkTrainable, frozenLayers} from './freeze.js';
import {connectLayers, dataName} from './graph.js';
import type {InputShapes, LayerWeight} from './layer.js';
import {type LayerSpec, layerOf} from './layers/index.js';
import type {MaskRule} from './masks.js';
import type {ModelSpec} from './section.js';
import {LayerProblem, ShapeProblem} from './shape-problem.js';

/** A layer with everything that follows from its arguments and its inputs. */
export interface PlannedLayer {
  readonly spec: LayerSpec;
  readonly name: string;
  /** Names of the layers it takes, or `input` for the data. */
  readonly inputs: readonly string[];
  readonly inputShapes: InputShapes;
  readonly outputShape: Shape;
  readonly weights: readonly LayerWeight[];
  /** Further outputs that other layers take, by name: all the layer has, or none. */
  readonly states: Readonly<Record<string, Shape>>;
  /** Whether its first input has a mask. */
  readonly isMasked: boolean;
  /** What it makes of masks; nothing where it ends them. */
  readonly mask: MaskRule | undefined;
  /** Names of inputs whose mask ends here because the layer knows none. */
  readonly endsMaskOf: readonly string[];
  /** Its weights keep the values they start with. */
  readonly isFrozen: boolean;
}

/** A model's layers before any compute. */
export interface ModelPlan {
  /** By position in `model.layers`. */
  readonly layers: readonly PlannedLayer[];
  /** Positions in an order in which every layer comes after all it takes. */
  readonly order: readonly number[];
  /** The layers whose outputs are the model's. */
  readonly outputs: readonly PlannedLayer[];
}

/** Shapes of one example by the data's input, batch axis left out. */
export type NamedShapes = Readonly<Record<string, Shape>>;

/**
 * Propagates shapes through a model before any compute; needs no TensorFlow.js.
 * @param outputs names of the layers whose outputs are the model's, where it has several
 * @throws ModelProblem for layers that cannot be connected, or the first one that cannot take its inputs
 */
export function planModel(model: ModelSpec, inputShapes: NamedShapes, outputs?: readonly string[]): ModelPlan {
  const graph = connectLayers(model, {inputs: Object.keys(inputShapes), outputs});
  const frozen = frozenLayers(model, graph.names);
  const shapes = new Map<string, Shape>(Object.entries(inputShapes));
  const layers: PlannedLayer[] = [];
  const taken = new Set(graph.inputs.flat());
  const masked = new Set<string>();
  for (const index of graph.order) {
    const name = graph.names[index]!;
    const inputs = graph.inputs[index]!;
    const [first, ...others] = inputs.map((source) => shapes.get(source)!);
    const inputsMasked = inputs.filter((source) => masked.has(source));
    const shaped = planLayer(model.layers[index]!, index, name, {inputs, inputsMasked, taken}, [first!, ...others]);
    const planned = {...shaped, isFrozen: frozen[index]!};
    layers[index] = planned;
    shapes.set(name, planned.outputShape);
    for (const [state, shape] of Object.entries(planned.states)) shapes.set(`${name}.${state}`, shape);
    if (planned.mask?.has(inputs.map((source) => masked.has(source)))) masked.add(name);
  }
  checkTrainable(model, layers);
  return {layers, order: graph.order, outputs: graph.outputs.map((index) => layers[index]!)};
}

/** What a layer's place in the graph is. */
interface Connections {
  readonly inputs: readonly string[];
  /** Those of them that have a mask. */
  readonly inputsMasked: readonly string[];
  /** All names that any layer takes. */
  readonly taken: ReadonlySet<string>;
}

function planLayer(
  spec: LayerSpec,
  index: number,
  name: string,
  {inputs, inputsMasked, taken}: Connections,
  inputShapes: InputShapes,
): Omit<PlannedLayer, 'isFrozen'> {
  const definition = layerOf(spec);
  try {
    const outputShape = definition.outputShape(spec, ...inputShapes);
    const states = definition.states?.(spec) ?? {};
    return {
      spec,
      name,
      inputs,
      inputShapes,
      outputShape,
      weights: definition.weights(spec, ...inputShapes),
      states: Object.keys(states).some((state) => taken.has(`${name}.${state}`)) ? states : {},
      isMasked: inputsMasked.includes(inputs[0]!),
      mask: definition.mask?.(spec, ...inputShapes),
      endsMaskOf: definition.mask ? [] : inputsMasked,
    };
  } catch (error) {
    if (!(error instanceof ShapeProblem)) throw error;
    const from = error.field === 'inputs' ? ` from ${inputs.map((source) => `\`${source}\``).join(', ')}` : '';
    const message = `${spec.type} \`${name}\` ${error.message}${from}`;
    throw new LayerProblem(index, name, error.field, message, error.hint);
  }
}

/** One row per layer for `exp validate` and the summary table. @throws ModelProblem as planModel does */
export const inferShapes = (
  model: ModelSpec,
  inputShapes: NamedShapes,
  outputs?: readonly string[],
): readonly LayerSummary[] => summariesOf(planModel(model, inputShapes, outputs));

/** The table rows of a plan. */
export const summariesOf = ({layers}: ModelPlan): readonly LayerSummary[] =>
  layers.map(({spec, name, inputs, outputShape, weights, endsMaskOf, isFrozen}, index) => ({
    name,
    type: spec.type,
    ...(isNext(inputs, layers[index - 1]?.name) ? {} : {inputs}),
    outputShape,
    ...(endsMaskOf.length > 0 ? {endsMaskOf} : {}),
    numParameters: weights.reduce((sum, {shape}) => sum + sizeOf(shape), 0),
    numTrainableParameters: weights.reduce(
      (sum, {shape, trainable}) => sum + (trainable && !isFrozen ? sizeOf(shape) : 0),
      0,
    ),
    ...(isFrozen && weights.length > 0 ? {isFrozen} : {}),
  }));

/** Whether a layer takes just what the layer above it gives, or as the first one the only input of the data. */
const isNext = (inputs: readonly string[], above: string | undefined): boolean =>
  inputs.length === 1 && inputs[0] === (above ?? dataName);
