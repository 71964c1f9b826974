import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {type Shape, sizeOf} from '../../src/support/tensor.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {relativeError} from '../reference/read.js';
import {plainBatch, plainOutputs} from './plain.js';

await loadEagerBackend('cpu');

const numClasses = 3;

/** One of `choices`, drawn. */
const pick = <T>(rng: Rng, choices: readonly T[]): T => choices[rng.below(choices.length)]!;

/** Two convolutions of whatever comes before, merged: two more branches and the place where they meet. */
function branches(rng: Rng, index: number): WrittenLayer[] {
  const [stem, left, right] = ['stem', 'left', 'right'].map((name) => `${name}${index}`);
  const filters = 1 + rng.below(3);
  const branch = (name: string, kernelSize: number): WrittenLayer => ({
    ...{type: 'conv2d', name, inputs: stem!, filters, kernelSize, padding: 'same'},
    activation: pick(rng, ['linear', 'relu', 'tanh']),
  });
  const type = pick(rng, ['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum', 'concatenate'] as const);
  return [
    {type: 'activation', name: stem!, function: 'softsign'},
    branch(left!, 3),
    branch(right!, 1),
    {type, inputs: [left!, right!]},
  ];
}

/** Class scores from some image layers in any order with any arguments, branches among them, then some dense ones. */
function randomNetwork(rng: Rng): {inputShape: Shape; layers: WrittenLayer[]} {
  const inputShape = [5 + rng.below(5), 5 + rng.below(5), 1 + rng.below(3)];
  const imageLayers: readonly (() => WrittenLayer)[] = [
    () => ({
      type: 'conv2d',
      filters: 1 + rng.below(4),
      kernelSize: [1 + rng.below(3), 1 + rng.below(3)],
      strides: 1 + rng.below(2),
      padding: 'same',
      activation: pick(rng, ['linear', 'relu', 'tanh', 'elu', 'gelu', 'relu6', 'silu']),
      useBias: rng.below(2) === 0,
      ...(rng.below(3) === 0 ? {kernelRegularizer: {type: 'l2', l2: 0.01}} : {}),
    }),
    () => ({type: 'maxPooling2d', poolSize: 2, strides: 1 + rng.below(2), padding: 'same'}),
    () => ({type: 'averagePooling2d', poolSize: 2, strides: 1 + rng.below(2), padding: 'same'}),
    () => ({type: 'batchNormalization', center: rng.below(2) === 0, scale: rng.below(2) === 0}),
    () => ({type: 'activation', function: pick(rng, ['relu', 'softplus', 'sigmoid', 'hardSigmoid', 'mish'])}),
    () => ({type: 'dropout', rate: 0.3}),
    () => ({type: 'conv2d', filters: 2, kernelSize: 3, dilationRate: [1 + rng.below(3), 2], padding: 'same'}),
    () => ({type: 'separableConv2d', filters: 3, kernelSize: 3, strides: 1 + rng.below(2), padding: 'same'}),
    () => ({type: 'depthwiseConv2d', kernelSize: 2, depthMultiplier: 1 + rng.below(2), padding: 'same'}),
    () => ({type: 'conv2dTranspose', filters: 2, kernelSize: 1 + rng.below(3), strides: 1 + rng.below(2)}),
    () => ({type: 'upSampling2d', size: [1, 2], interpolation: pick(rng, ['nearest', 'bilinear'])}),
    () => ({type: 'zeroPadding2d', padding: [rng.below(2), [0, 1]]}),
    () => ({type: 'groupNormalization', groups: pick(rng, [1, -1])}),
    () => ({type: 'layerNormalization', axis: pick(rng, [-1, [0, 1, 2]])}),
    () => ({type: 'spatialDropout2d', rate: 0.3}),
  ];
  const layers: WrittenLayer[] = [];
  for (let i = 1 + rng.below(5); i > 0; i--) {
    layers.push(...(rng.below(4) === 0 ? branches(rng, i) : [pick(rng, imageLayers)()]));
  }
  layers.push(pick(rng, [{type: 'flatten'}, {type: 'globalAveragePooling2d'}]));
  if (rng.below(2) === 0) layers.push({type: 'dense', units: 4, activation: pick(rng, ['relu', 'sigmoid', 'selu'])});
  layers.push({type: 'dense', units: numClasses});
  return {inputShape, layers};
}

function randomBatch(rng: Rng, size: number, inputShape: Shape): Batch {
  const inputs = Float32Array.from({length: size * sizeOf(inputShape)}, () => rng.normal());
  const targets = new Float32Array(size * numClasses);
  for (let i = 0; i < size; i++) targets[i * numClasses + rng.below(numClasses)] = 1;
  return plainBatch(size, inputs, targets);
}

async function train(
  create: SessionFactory,
  layers: readonly WrittenLayer[],
  inputShape: Shape,
  batches: readonly Batch[],
) {
  const model = await buildModel(modelOf(...layers), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(5)});
  const session = await create({
    model,
    outputs: plainOutputs(lossFunction({type: 'softmaxCrossEntropy'}), [numClasses]),
    rule: optimizerRule({
      type: 'sgd',
      learningRate: 0.02,
      momentum: 0.9,
      nesterov: true,
      weightDecay: 0.001,
      excludeBiasAndNorm: false,
    }),
    rng: Rng.fromSeed(6),
  });
  const found = new Map<string, number[]>();
  for (const [index, batch] of batches.entries()) {
    const {loss, outputs} = await session.step(batch, {learningRate: 0.02, step: index + 1});
    found.set(`step ${index + 1}`, [loss, ...outputs.output!]);
  }
  const {loss, outputs} = await session.evaluate(batches[0]!);
  found.set('evaluation', [loss, ...outputs.output!]);
  for (const [name, {values}] of (await session.readState()).weights) found.set(name, [...values]);
  await session.dispose();
  model.network.dispose();
  return found;
}

for (let seed = 1; seed <= 32; seed++) {
  const rng = Rng.fromSeed(seed).split('network');
  const {inputShape, layers} = randomNetwork(rng);
  t.test(`network ${seed}: ${layers.map(({type}) => type).join(', ')}`, async (t) => {
    // The last batch is smaller, as at the end of an epoch.
    const batches = [4, 4, 4, 3].map((size) => randomBatch(rng, size, inputShape));
    const eager = await train(createEagerSession, layers, inputShape, batches);
    const compiled = await train(createCompiledSession, layers, inputShape, batches);
    for (const [name, values] of eager) {
      const error = relativeError([...compiled.get(name)!, 0.1], [...values, 0.1]);
      t.ok(error < 1e-4, `${name}: ${error}`);
    }
  });
}
