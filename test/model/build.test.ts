import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import type {BuiltModel} from '../../src/model/built-model.js';
import type {CallContext, NoiseRequest} from '../../src/model/call-context.js';
import {forward} from '../../src/model/forward.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

await tf.setBackend('cpu');

const build = (inputShape: number[], layers: WrittenLayer[], seed = 7): Promise<BuiltModel> =>
  buildModel(modelOf(...layers), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(seed)});

const valuesOf = (built: BuiltModel): Record<string, number[]> =>
  Object.fromEntries(built.weights.map(({name, variable}) => [name, [...variable.read().dataSync()]]));

const mlp: WrittenLayer[] = [
  {type: 'dense', units: 4, activation: 'relu', biasInitializer: {type: 'randomNormal', mean: 0, stddev: 1}},
  {type: 'batchNormalization'},
  {type: 'dropout', rate: 0.5},
  {type: 'dense', units: 4, name: 'logits'},
];

t.test('what is built is what was planned', async (t) => {
  const built = await build([3], mlp);
  t.same(
    built.weights.map(({name, variable, trainable}) => [name, variable.shape, trainable]),
    [
      ['dense/kernel', [3, 4], true],
      ['dense/bias', [4], true],
      ['batchNormalization/gamma', [4], true],
      ['batchNormalization/beta', [4], true],
      ['batchNormalization/moving_mean', [4], false],
      ['batchNormalization/moving_variance', [4], false],
      ['logits/kernel', [4, 4], true],
      ['logits/bias', [4], true],
    ],
  );
  t.equal(built.numParameters, 12 + 4 + 16 + 20);
  t.equal(built.numTrainableParameters, 12 + 4 + 8 + 20);
  t.equal(built.network.countParams(), built.numParameters, 'TensorFlow.js counts the same');
  t.same([built.inputShapes.input, built.outputShapes.output], [[3], [4]]);
  t.equal(built.penalty, undefined);
  built.network.dispose();
});

t.test('weights depend on the seed and on their own names only', async (t) => {
  const models = await Promise.all([
    build([3], mlp),
    build([3], mlp),
    build([3], mlp, 8),
    build([3], [mlp[0]!, {type: 'dense', units: 4}, mlp[3]!]),
  ]);
  const [first, second, otherSeed, otherLayers] = models.map(valuesOf);
  t.same(second, first);
  t.notSame(otherSeed!['dense/kernel'], first!['dense/kernel']);
  t.notSame(otherSeed!['dense/bias'], first!['dense/bias']);
  t.same(otherLayers!['dense/kernel'], first!['dense/kernel']);
  t.same(otherLayers!['logits/kernel'], first!['logits/kernel'], 'a layer changed before it does not matter');
  t.notSame(otherLayers!['dense_1/kernel'], first!['logits/kernel'], 'same shape, other name, other values');
  for (const {network} of models) network.dispose();
});

t.test('forward in inference is what network.predict gives, and in training dropout and statistics work', async (t) => {
  const built = await build([3], mlp);
  const x = tf.tensor2d([1, 2, 3, -1, 0.5, 2], [2, 3]);
  const ours = tf.tidy(() => forward(built.network, [x], {training: false})[0]!);
  const theirs = built.network.predict(x) as tf.Tensor;
  t.same([...ours.dataSync()], [...theirs.dataSync()]);

  const assigned: string[] = [];
  const noise = ({shape}: NoiseRequest): tf.Tensor => tf.zeros([...shape]);
  const assignAfterStep: CallContext['assignAfterStep'] = ({originalName}) => void assigned.push(originalName);
  const nothingKept = tf.tidy(() => forward(built.network, [x], {training: true, noise, assignAfterStep})[0]!);
  const bias = built.weights.find(({name}) => name === 'logits/bias')!.variable.read();
  t.same([...nothingKept.dataSync()], [...bias.dataSync(), ...bias.dataSync()], 'all dropped: only the bias is left');
  t.same(assigned, ['batchNormalization/moving_mean', 'batchNormalization/moving_variance']);
  t.throws(
    () => tf.tidy(() => forward(built.network, [x], {training: true})[0]!),
    /dropout: training without a source of noise/,
  );
  tf.dispose([x, ours, theirs, nothingKept]);
  built.network.dispose();
});

t.test('a model that does nothing hands out a tensor of its own', async (t) => {
  const built = await build([2], [{type: 'dropout', rate: 0.5}]);
  const x = tf.tensor2d([1, 2], [1, 2]);
  const y = forward(built.network, [x], {training: false})[0]!;
  x.dispose();
  t.same([...y.dataSync()], [1, 2]);
  y.dispose();
  built.network.dispose();
});

t.test('penalties are sums over all weights that have one, with their gradients', async (t) => {
  const built = await build(
    [2],
    [
      {type: 'dense', units: 2, kernelRegularizer: {type: 'l2', l2: 0.5}, biasRegularizer: {type: 'l1', l1: 0.1}},
      {type: 'dense', units: 1, kernelRegularizer: {type: 'l1l2', l1: 0.01, l2: 0.02}},
    ],
  );
  const given: Record<string, number[]> = {
    'dense/kernel': [1, -2, 3, 0.5],
    'dense/bias': [-3, 0],
    'dense_1/kernel': [2, -4],
    'dense_1/bias': [100],
  };
  for (const {name, variable} of built.weights) {
    const value = tf.tensor(given[name]!, variable.shape as number[]);
    variable.write(value);
    value.dispose();
  }
  const numTensors = tf.memory().numTensors;
  const penalty = built.penalty!();
  // 0.5 · (1 + 4 + 9 + 0.25) + 0.1 · 3 + 0.01 · 6 + 0.02 · 20
  t.ok(Math.abs(penalty.dataSync()[0]! - (7.125 + 0.3 + 0.06 + 0.4)) < 1e-6);
  penalty.dispose();
  t.equal(tf.memory().numTensors, numTensors);

  const {value, grads} = tf.variableGrads(() => built.penalty!());
  const gradientOf = (name: string): number[] => {
    const {variable} = built.weights.find((weight) => weight.name === name)!;
    return [...grads[(variable.read() as tf.Variable).name]!.dataSync()].map((x) => Math.round(x * 1e6) / 1e6);
  };
  t.same(gradientOf('dense/kernel'), [1, -2, 3, 0.5], '2 · 0.5 · w');
  t.same(gradientOf('dense/bias'), [-0.1, 0], '0.1 · sign(w), 0 at 0');
  t.same(gradientOf('dense_1/kernel'), [0.01 + 0.08, -0.01 - 0.16]);
  tf.dispose([value, grads]);
  built.network.dispose();
});

t.test('building and disposing leaves no tensor', async (t) => {
  const before = tf.memory().numTensors;
  const built = await build(
    [6, 6, 2],
    [
      {type: 'conv2d', filters: 3, kernelSize: 3},
      {type: 'averagePooling2d', padding: 'same', poolSize: 3},
      ...[{type: 'flatten'} as const],
      ...mlp,
    ],
  );
  t.ok(tf.memory().numTensors > before);
  built.network.dispose();
  t.equal(tf.memory().numTensors, before);
});
