import type * as tfjs from '@tensorflow/tfjs-core';
import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers';
import type {Initializer} from '@tensorflow/tfjs-layers/dist/initializers.js';
import type {LayerVariable} from '@tensorflow/tfjs-layers/dist/variables.js';
import {defaultNames} from '../data/dataset.js';
import type {Rng} from '../support/random.js';
import {sizeOf} from '../support/tensor.js';
import type {BuiltModel, LayerSummary, NamedWeight} from './built-model.js';
import {type NamedShapes, type PlannedLayer, planModel, summariesOf} from './infer-shapes.js';
import {fansOf} from './initializers/fans.js';
import {initializerOf} from './initializers/index.js';
import type {LayerWeight, TfLayer, TfNamespaces, WeightRole} from './layer.js';
import {layerOf} from './layers/index.js';
import {setMaskRule} from './masks.js';
import {registerOwnActivations} from './own-activations.js';
import {regularizerOf} from './regularizers/index.js';
import type {ModelSpec} from './section.js';
import {masksAsStock} from './stock-masks.js';

/** What a model's building needs besides its spec. */
export interface BuildOptions {
  /** Of one example by the data's input, batch axis left out. */
  readonly inputShapes: NamedShapes;
  /** Names of the layers whose outputs are the model's, where it has several. */
  readonly outputs?: readonly string[] | undefined;
  /** The run's root stream. Each weight draws from `init`, its layer's name and its own, so editing one layer leaves the others' values. */
  readonly rng: Rng;
  /**
   * Fingerprint of the file that some of the weights will come from. The others then draw otherwise than where that file was made: with the
   * same seed, a new head would start as the old one did, which the layers below it have learned to suit.
   */
  readonly initFingerprint?: string | undefined;
}

/**
 * Makes a tf.LayersModel with initialised weights on TensorFlow.js's active backend. The caller owns it: `built.network.dispose()`.
 * @throws ModelProblem when layers or shapes do not fit together
 */
export async function buildModel(
  model: ModelSpec,
  {inputShapes, outputs, rng, initFingerprint}: BuildOptions,
): Promise<BuiltModel> {
  const plan = planModel(model, inputShapes, outputs);
  const initial = initFingerprint === undefined ? rng.split('init') : rng.split('init').split(initFingerprint);
  const [core, layers] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-layers')]);
  registerOwnActivations(core);
  const tf: TfNamespaces = {core, layers};

  const areMasksStock = masksAsStock(plan.layers);
  const built = plan.layers.map((layer) => buildLayer(tf, layer, initial.split(layer.name), areMasksStock));
  const inputs = Object.entries(inputShapes).map(
    ([name, shape]) => [name, layers.input({shape: [...shape], name})] as const,
  );
  const tensors = new Map(inputs);
  for (const index of plan.order) {
    const {name, inputs: sources, states, mask} = plan.layers[index]!;
    const [first, ...others] = sources.map((source) => tensors.get(source)!);
    const outputs = built[index]!.apply(others.length > 0 ? [first!, ...others] : first!);
    const [output, ...further] = [outputs].flat() as [SymbolicTensor, ...SymbolicTensor[]];
    tensors.set(name, output);
    Object.keys(states).forEach((state, i) => void tensors.set(`${name}.${state}`, further[i]!));
    if (mask) setMaskRule(built[index]!, core, mask);
  }
  const network = layers.model({
    inputs: inputs.map(([, tensor]) => tensor),
    outputs: plan.outputs.map(({name}) => tensors.get(name)!),
    name: 'model',
  });

  const summaries = summariesOf(plan);
  const penalty = penaltyOf(core, plan.layers, built);
  return {
    network,
    layers: summaries,
    weights: namedWeights(network, plan.layers),
    inputShapes,
    outputShapes: Object.fromEntries(
      plan.outputs.map(({name, outputShape}) => [outputs ? name : defaultNames.output, outputShape]),
    ),
    numParameters: total(summaries, 'numParameters'),
    numTrainableParameters: total(summaries, 'numTrainableParameters'),
    ...(penalty ? {penalty} : {}),
  };
}

const total = (summaries: readonly LayerSummary[], field: 'numParameters' | 'numTrainableParameters'): number =>
  summaries.reduce((sum, layer) => sum + layer[field], 0);

function buildLayer(
  tf: TfNamespaces,
  {spec, name, inputShapes, weights, states, isFrozen}: PlannedLayer,
  rng: Rng,
  areMasksStock: boolean,
): TfLayer {
  const find = (weightName: string): LayerWeight => {
    const weight = weights.find((candidate) => candidate.name === weightName);
    if (!weight) throw new Error(`${spec.type} has no weight ${weightName}`);
    return weight;
  };
  const layer = layerOf(spec).build(spec, {
    tf,
    name,
    inputShape: inputShapes[0],
    inputShapes,
    givesStates: Object.keys(states).length > 0,
    masksAsStock: areMasksStock,
    initializer: (weightName) => ownInitializer(tf, find(weightName), rng.split(weightName)),
    regularizer(weightName) {
      const regularizer = weights.find((candidate) => candidate.name === weightName)?.regularizer;
      return regularizer && regularizerOf(regularizer).stock(tf.layers.regularizers, regularizer);
    },
  });
  if (isFrozen) layer.trainable = false;
  return layer;
}

/** A stock initializer, saved as such, whose values are exp's. */
function ownInitializer(tf: TfNamespaces, weight: LayerWeight, rng: Rng): Initializer {
  const definition = initializerOf(weight.initializer);
  const stock = definition.stock(tf.layers.initializers, weight.initializer);
  const apply: Initializer['apply'] = () => {
    const values = new Float32Array(sizeOf(weight.shape));
    definition.fill(weight.initializer, values, weight.shape, weight.fans ?? fansOf(weight.shape), rng);
    return tf.core.tensor(values, [...weight.shape]);
  };
  return Object.assign(stock, {apply});
}

function namedWeights(network: LayersModel, planned: readonly PlannedLayer[]): readonly NamedWeight[] {
  const roles = new Map<string, WeightRole | undefined>(
    planned.flatMap(({name, weights}) => weights.map((weight) => [`${name}/${weight.name}`, weight.role])),
  );
  const named = (variable: LayerVariable, trainable: boolean): NamedWeight => {
    const name = variable.originalName;
    return {name, variable, trainable, role: roles.get(name) ?? 'kernel'};
  };
  return network.layers.flatMap((layer) => [
    ...layer.trainableWeights.map((variable) => named(variable, true)),
    ...layer.nonTrainableWeights.map((variable) => named(variable, false)),
  ]);
}

/** Sum of all layers' penalties, or nothing when no weight has one. Frozen layers have none, as in Keras: nothing could lower it. */
function penaltyOf(
  core: typeof tfjs,
  planned: readonly PlannedLayer[],
  built: readonly TfLayer[],
): (() => tfjs.Scalar) | undefined {
  const terms = planned.flatMap(({name, weights, isFrozen}, index) =>
    weights.flatMap(({name: weightName, regularizer}) => {
      if (!regularizer || isFrozen) return [];
      const variable = built[index]!.weights.find((weight) => weight.originalName === `${name}/${weightName}`)!;
      return [() => regularizerOf(regularizer).penalty(core, regularizer, variable.read())];
    }),
  );
  if (terms.length === 0) return undefined;
  return () => core.tidy(() => terms.map((term) => term()).reduce((sum, term) => core.add(sum, term)));
}
