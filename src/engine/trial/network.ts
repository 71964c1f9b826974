import {Value} from '@sinclair/typebox/value';
import type {Batch} from '../../data/dataset.js';
import {buildModel} from '../../model/build.js';
import {type LayerSpec, layers} from '../../model/layers/index.js';
import {Rng} from '../../support/random.js';
import {lossFunction} from '../../training/losses/registry.js';
import {optimizerRule} from '../../training/optimizers/registry.js';
import type {SessionOptions} from '../options.js';

const written: readonly {readonly type: keyof typeof layers; readonly [argument: string]: unknown}[] = [
  {type: 'conv2d', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu'},
  {type: 'batchNormalization'},
  {type: 'maxPooling2d', poolSize: 2},
  {type: 'conv2d', filters: 16, kernelSize: 3, activation: 'relu'},
  {type: 'flatten'},
  {type: 'dropout', rate: 0.5},
  {type: 'dense', units: 10},
];

const imageSize = 10;
const trialBatchSize = 16;

/** A small convolutional classifier with what most networks have, on the active backend: the same weights every time. */
export async function trialSession(): Promise<SessionOptions> {
  const specs = written.map((layer) => Value.Default(layers[layer.type].args, {...layer}) as LayerSpec);
  const model = await buildModel(
    {layers: specs},
    {inputShapes: {input: [imageSize, imageSize, 1]}, rng: Rng.fromSeed(1)},
  );
  const loss = lossFunction({type: 'sparseSoftmaxCrossEntropy'});
  return {
    model,
    rule: optimizerRule({
      type: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
      excludeBiasAndNorm: false,
    }),
    outputs: [{name: 'output', loss, weight: 1, targetShape: [], isWeighted: false}],
    rng: Rng.fromSeed(2),
  };
}

/** The batch of a step: noise in the shape of images, and class numbers. */
export function trialBatch(step: number): Batch {
  const rng = Rng.fromSeed(3).split(step);
  const inputs = Float32Array.from({length: trialBatchSize * imageSize ** 2}, () => rng.normal());
  const targets = Float32Array.from({length: trialBatchSize}, () => rng.nextUint32() % 10);
  return {size: trialBatchSize, inputs: {input: inputs}, targets: {output: targets}, weights: {}};
}
