import type {Shape} from '../../support/tensor.js';
import type {ModelPlan, PlannedLayer} from '../infer-shapes.js';

/** Layers that leave every feature in its place. */
const elementwise: ReadonlySet<string> = new Set([
  ...[
    'activation',
    'relu',
    'leakyRelu',
    'elu',
    'prelu',
    'softmax',
    'dropout',
    'alphaDropout',
    'gaussianNoise',
    'gaussianDropout',
    'masking',
    'batchNormalization',
  ],
  ...['layerNormalization', 'rmsNormalization', 'unitNormalization'],
  ...['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum'],
]);

/** Layers of sequences that PyTorch gives [channels, time], where others give [time, features]. */
const channelsFirst =
  /^(conv1d|conv1dTranspose|depthwiseConv1d|separableConv1d|.*Pooling1d|upSampling1d|zeroPadding1d|cropping1d|spatialDropout1d)$/;

/**
 * Where PyTorch has the features that a layer takes: it flattens images [channels, height, width], exp [height, width, channels], so the
 * rows of a dense layer behind come in another order.
 * @returns for each feature its number in PyTorch; undefined where that is the same
 */
export function featureOrder(plan: ModelPlan, layer: PlannedLayer): readonly number[] | undefined {
  const byName = new Map(plan.layers.map((one) => [one.name, one]));
  const orderOf = (name: string): readonly number[] | undefined => {
    const source = byName.get(name);
    if (source?.outputShape.length !== 1) return undefined;
    const {type} = source.spec;
    const isFlat = source.inputShapes[0].length === 1;
    if (!isFlat && (type === 'flatten' || type === 'reshape')) return flattened(source, byName);
    if (elementwise.has(type) || type === 'flatten' || type === 'reshape') return orderOf(source.inputs[0]!);
    if (type !== 'concatenate') return undefined;
    const parts = source.inputs.map((input, index) => ({order: orderOf(input), size: source.inputShapes[index]![0]!}));
    if (parts.every(({order}) => order === undefined)) return undefined;
    let offset = 0;
    return parts.flatMap(({order, size}) => {
      const start = offset;
      offset += size;
      return Array.from({length: size}, (_, i) => start + (order?.[i] ?? i));
    });
  };
  return orderOf(layer.inputs[0]!);
}

function flattened(layer: PlannedLayer, byName: ReadonlyMap<string, PlannedLayer>): readonly number[] | undefined {
  const [shape] = layer.inputShapes;
  if (shape.length === 2 && !isChannelsFirst(layer.inputs[0]!, byName)) return undefined;
  return channelsFirstOrder(shape);
}

/** Whether a sequence comes from layers that PyTorch gives the channels first. */
function isChannelsFirst(name: string, byName: ReadonlyMap<string, PlannedLayer>): boolean {
  for (let source = byName.get(name); source; source = byName.get(source.inputs[0]!)) {
    if (channelsFirst.test(source.spec.type)) return true;
    if (!elementwise.has(source.spec.type)) return false;
  }
  return false;
}

/** For each value of [..., channels], row-major, its number in [channels, ...]. */
function channelsFirstOrder(shape: Shape): readonly number[] {
  const channels = shape.at(-1)!;
  const numPositions = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return Array.from(
    {length: channels * numPositions},
    (_, i) => (i % channels) * numPositions + Math.floor(i / channels),
  );
}
