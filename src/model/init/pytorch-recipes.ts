import {type Shape, sizeOf} from '../../support/tensor.js';
import type {ModelPlan, PlannedLayer} from '../infer-shapes.js';
import type {LayerWeight} from '../layer.js';
import type {LayerSpec} from '../layers/index.js';
import {featureOrder} from './feature-order.js';
import {type Recipe, reorder, transpose} from './recipe.js';

/** What a layer's weights are made of, by the weight's own name; names of sources are the module's. */
type Ingredients = Omit<Recipe, 'weight' | 'shape'>;

const as = (name: string, shape: Shape): Ingredients => ({sources: [{name, shape}], combine: ([values]) => values!});

/** @param shape in PyTorch @param axes of PyTorch's array in the order of ours */
const turned = (name: string, shape: Shape, axes: readonly number[]): Ingredients => ({
  sources: [{name, shape}],
  combine: ([values]) => transpose(values!, shape, axes),
});

const inOrder = (ingredients: Ingredients, order: readonly number[] | undefined): Ingredients => ({
  sources: ingredients.sources,
  combine: (arrays) => reorder(ingredients.combine(arrays), order),
});

const nothing: Ingredients = {sources: [], combine: () => new Float32Array()};

/**
 * How the weights of a model are made of a PyTorch state_dict, whose names have slashes for dots: `features/0/weight`.
 * Kernels of convolutions are turned from [out, in, height, width], those of dense layers from [out, in]; a dense layer behind a flatten
 * gets its rows in exp's order; an lstm's and a simpleRnn's two biases are added, a gru's gates are put in Keras's order.
 */
export function pytorchRecipes(plan: ModelPlan): readonly Recipe[] {
  return plan.layers.flatMap((layer) => {
    const order = layer.weights.length > 0 ? featureOrder(plan, layer) : undefined;
    return layer.weights.map((weight) => {
      const {sources, combine} = ingredientsOf(layer.spec, weight, {layer, order});
      return {
        weight: `${layer.name}/${weight.name}`,
        shape: weight.shape,
        sources: sources.map(({name, shape}) => ({name: `${layer.name}/${name}`, shape})),
        combine,
      };
    });
  });
}

interface Place {
  readonly layer: PlannedLayer;
  /** @see featureOrder */
  readonly order: readonly number[] | undefined;
}

function ingredientsOf(spec: LayerSpec, weight: LayerWeight, place: Place): Ingredients {
  const {name, shape} = weight;
  const {order} = place;
  switch (spec.type) {
    case 'timeDistributed':
      return ingredientsOf(spec.layer as LayerSpec, weight, {...place, order: undefined});
    case 'dense':
      return name === 'bias' ? as('bias', shape) : inOrder(turned('weight', shape.toReversed(), [1, 0]), order);
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv1dTranspose':
    case 'conv2dTranspose':
    case 'conv3dTranspose':
      return name === 'bias' ? as('bias', shape) : channelsLast('weight', shape);
    case 'depthwiseConv1d':
    case 'depthwiseConv2d':
      return name === 'bias' ? as('bias', shape) : depthwise('weight', shape);
    case 'separableConv1d':
    case 'separableConv2d':
      if (name === 'bias') return as('pointwise/bias', shape);
      return name === 'depthwise_kernel'
        ? depthwise('depthwise/weight', shape)
        : channelsLast('pointwise/weight', shape);
    case 'batchNormalization':
      return inOrder(as(normNames[name]!, shape), order);
    case 'layerNormalization':
    case 'rmsNormalization':
      return shape.length > 2 ? imageNorm(normNames[name]!, shape) : inOrder(as(normNames[name]!, shape), order);
    case 'groupNormalization':
      return order ? nothing : as(normNames[name]!, shape);
    case 'prelu':
      return shape.at(-1) === sizeOf(shape) ? inOrder(as('weight', [sizeOf(shape)]), order) : nothing;
    case 'embedding':
    case 'positionalEmbedding':
      return as('weight', shape);
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      return recurrent(spec.type, name, shape, '_l0');
    case 'bidirectional': {
      const [direction, own] = name.split('/') as [string, string];
      return recurrent(spec.layer.type, own, shape, direction.startsWith('forward') ? '_l0' : '_l0_reverse');
    }
    case 'multiHeadAttention':
      return attention(name, shape, place.layer);
    default:
      return nothing;
  }
}

const normNames: Readonly<Record<string, string>> = {
  gamma: 'weight',
  scale: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** [...window, in, out] from [out, in, ...window]; of a transposed convolution, [...window, out, in] from [in, out, ...window]. */
function channelsLast(name: string, shape: Shape): Ingredients {
  const window = shape.slice(0, -2);
  const theirs = [shape.at(-1)!, shape.at(-2)!, ...window];
  return turned(name, theirs, [...window.map((_, i) => i + 2), 1, 0]);
}

/** [...window, channels, multiplier] from [channels · multiplier, 1, ...window]. */
function depthwise(name: string, shape: Shape): Ingredients {
  const window = shape.slice(0, -2);
  const [channels, multiplier] = shape.slice(-2) as [number, number];
  return {
    sources: [{name, shape: [channels * multiplier, 1, ...window]}],
    combine: ([values]) =>
      transpose(values!, [channels, multiplier, ...window], [...window.map((_, i) => i + 2), 0, 1]),
  };
}

/** A normalization of whole images: [height, width, channels] from [channels, height, width]. */
const imageNorm = (name: string, shape: Shape): Ingredients =>
  turned(name, [shape.at(-1)!, ...shape.slice(0, -1)], [...shape.slice(1).map((_, i) => i + 1), 0]);

/** Kernels [in, gates · units] from [gates · units, in]; PyTorch has two biases wherever Keras has one. */
function recurrent(type: 'simpleRnn' | 'lstm' | 'gru', name: string, shape: Shape, suffix: string): Ingredients {
  const gates = (values: Float32Array): Float32Array => (type === 'gru' ? resetBehindUpdate(values) : values);
  const rows = shape.at(-1)!;
  if (name !== 'bias') {
    const source = {name: `${name === 'kernel' ? 'weight_ih' : 'weight_hh'}${suffix}`, shape: [rows, shape[0]!]};
    return {sources: [source], combine: ([values]) => transpose(gates(values!), source.shape, [1, 0])};
  }
  const sources = [`bias_ih${suffix}`, `bias_hh${suffix}`].map((source) => ({name: source, shape: [rows]}));
  if (type === 'gru') {
    // Only the cell that resets behind the product has two biases, and only that one is PyTorch's.
    if (shape.length !== 2) return nothing;
    return {sources, combine: ([input, state]) => Float32Array.from([...gates(input!), ...gates(state!)])};
  }
  return {sources, combine: ([input, state]) => input!.map((value, i) => value + state![i]!)};
}

/** Keras orders a gru's gates update, reset, candidate; PyTorch reset, update, candidate. */
function resetBehindUpdate(values: Float32Array): Float32Array {
  const third = values.length / 3;
  const result = values.slice();
  result.set(values.subarray(third, 2 * third), 0);
  result.set(values.subarray(0, third), third);
  return result;
}

/** nn.MultiheadAttention keeps query, key and value in one matrix [3 · features, features]. */
function attention(name: string, shape: Shape, {inputShapes, weights}: PlannedLayer): Ingredients {
  const features = inputShapes[0].at(-1)!;
  const isPlain = weights
    .filter((weight) => weight.name.endsWith('kernel'))
    .every((weight) => sizeOf(weight.shape) === features * features);
  if (!isPlain) return nothing;
  const [part, own] = name.split('/') as [string, string];
  const index = ['query', 'key', 'value'].indexOf(part);
  if (index < 0)
    return own === 'bias' ? as('out_proj/bias', shape) : turned('out_proj/weight', [features, features], [1, 0]);
  const source =
    own === 'bias'
      ? {name: 'in_proj_bias', shape: [3 * features]}
      : {name: 'in_proj_weight', shape: [3 * features, features]};
  return {
    sources: [source],
    combine([values]) {
      const third = values!.length / 3;
      const mine = values!.slice(index * third, (index + 1) * third);
      return own === 'bias' ? mine : transpose(mine, [features, features], [1, 0]);
    },
  };
}
