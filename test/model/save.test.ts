import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel, layers as stockLayers} from '@tensorflow/tfjs-layers';
import t from 'tap';
import {activations} from '../../src/model/activations.js';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {initializers} from '../../src/model/initializers/index.js';
import type {layers} from '../../src/model/layers/index.js';
import {saveModel} from '../../src/model/save.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

await tf.setBackend('cpu');

/** Saves, goes through text as a file would, loads with stock TensorFlow.js and compares predictions on two examples. */
async function roundTrip(t: Tap, inputShape: number[], written: WrittenLayer[]): Promise<void> {
  const built = await buildModel(modelOf(...written), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(3)});
  // Every weight moved away from where it starts, so that a load which only initialises cannot pass.
  for (const {variable} of built.weights) {
    const moved = tf.tidy(() =>
      tf.add(variable.read(), tf.randomUniform(variable.shape as number[], 0.1, 0.2, 'float32', 5)),
    );
    variable.write(moved);
    moved.dispose();
  }
  const {modelJson, weights} = await saveModel(built);
  const {modelTopology, weightsManifest} = JSON.parse(JSON.stringify(modelJson)) as {
    modelTopology: object;
    weightsManifest: [{weights: tf.io.WeightsManifestEntry[]}];
  };
  t.equal(weights.byteLength, 4 * built.numParameters);
  const weightData = Uint8Array.from(weights).buffer;
  const loaded = await loadLayersModel(
    tf.io.fromMemory({modelTopology, weightSpecs: weightsManifest[0].weights, weightData}),
  );
  const x = tf.randomNormal([2, ...inputShape], 0, 1, 'float32', 11);
  const ours = tf.tidy(() => forward(built.network, [x], {training: false})[0]!);
  const theirs = loaded.predict(x) as tf.Tensor;
  t.same(theirs.shape, ours.shape);
  const worst = tf.tidy(() => tf.max(tf.abs(tf.sub(ours, theirs))).dataSync()[0]!);
  t.ok(worst < 1e-6, `predictions differ by ${worst}`);
  tf.dispose([x, ours, theirs]);
  loaded.dispose();
  built.network.dispose();
}

type Tap = Pick<typeof t, 'equal' | 'same' | 'ok'>;

type Merging = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum' | 'concatenate' | 'dot';

/** Those of the first version, in one network; save-every-layer.test.ts does the others one by one. */
const everyLayer: Partial<Record<keyof typeof layers, WrittenLayer>> = {
  conv2d: {type: 'conv2d', filters: 3, kernelSize: [3, 2], strides: [1, 2], padding: 'same', activation: 'relu'},
  maxPooling2d: {type: 'maxPooling2d', poolSize: 2, strides: 1},
  averagePooling2d: {type: 'averagePooling2d', poolSize: 3, strides: 1, padding: 'same'},
  batchNormalization: {type: 'batchNormalization', epsilon: 0.01, momentum: 0.5},
  dropout: {type: 'dropout', rate: 0.3},
  reshape: {type: 'reshape', targetShape: [-1, 1, 3]},
  globalAveragePooling2d: {type: 'globalAveragePooling2d'},
  flatten: {type: 'flatten'},
  activation: {type: 'activation', function: 'leakyRelu', slope: 0.3},
  dense: {
    type: 'dense',
    units: 4,
    kernelRegularizer: {type: 'l1l2', l1: 0.1, l2: 0.2},
    biasRegularizer: {type: 'l1', l1: 1},
  },
};

t.test('stock TensorFlow.js loads a model of all layers and predicts the same', (t) =>
  roundTrip(t, [6, 8, 2], Object.values(everyLayer)),
);

const branches: readonly WrittenLayer[] = [
  {type: 'dense', units: 3, name: 'block/left', inputs: 'input'},
  {type: 'dense', units: 3, name: 'right', inputs: 'input'},
];
const merging: Record<Exclude<Merging, 'subtract'>, WrittenLayer> = {
  add: {type: 'add'},
  multiply: {type: 'multiply'},
  average: {type: 'average'},
  maximum: {type: 'maximum'},
  minimum: {type: 'minimum'},
  concatenate: {type: 'concatenate', axis: 0},
  dot: {type: 'dot', axes: [-1, 1], normalize: true},
};

t.test('stock TensorFlow.js loads every layer that merges', async (t) => {
  for (const layer of Object.values(merging)) {
    await roundTrip(t, [2, 4], [...branches, {...layer, inputs: ['block/left', 'right']}, {type: 'dense', units: 2}]);
  }
});

t.test('a model with subtract loads once a layer of that name, which only Keras has, is registered', async (t) => {
  class Subtract extends stockLayers.Layer {
    static readonly className = 'Subtract';
    override computeOutputShape = ([shape]: number[][]): number[] => shape!;
    override call = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => {
      const [left, right] = inputs as tf.Tensor[];
      return tf.sub(left!, right!);
    };
  }
  tf.serialization.registerClass(Subtract);
  await roundTrip(t, [2, 4], [...branches, {type: 'subtract', inputs: ['block/left', 'right']}]);
});

t.test('batch normalization without gamma or beta', async (t) => {
  for (const [center, scale] of [
    [true, false],
    [false, true],
    [false, false],
  ]) {
    await roundTrip(t, [3], [{type: 'batchNormalization', center, scale}]);
  }
});

t.test('every activation, as a layer and as an argument', async (t) => {
  for (const name of Object.keys(activations)) {
    await roundTrip(
      t,
      [3],
      [
        {type: 'dense', units: 4, activation: name},
        {type: 'activation', function: name},
      ],
    );
  }
});

t.test('every initializer', async (t) => {
  for (const type of Object.keys(initializers)) {
    const initializer = {type, value: 1, mean: 0, stddev: 1, minval: 0, maxval: 1, gain: 1};
    await roundTrip(
      t,
      [3],
      [{type: 'dense', units: 2, kernelInitializer: initializer, biasInitializer: {type: 'zeros'}}],
    );
  }
});

t.test('a model with frozen layers loads too, and TensorFlow.js knows which they are', async (t) => {
  const frozen: WrittenLayer[] = [
    {type: 'timeDistributed', layer: {type: 'dense', units: 2}, trainable: false},
    {type: 'batchNormalization', trainable: false},
    {type: 'flatten'},
    {type: 'dense', units: 2},
  ];
  await roundTrip(t, [3, 4], frozen);
  const built = await buildModel(modelOf(...frozen), {inputShapes: {input: [3, 4]}, rng: Rng.fromSeed(3)});
  const {modelJson} = await saveModel(built);
  t.match(modelJson, {
    modelTopology: {
      config: {
        layers: [{}, {config: {trainable: false}}, {config: {trainable: false}}, {}, {config: {trainable: true}}],
      },
    },
  });
  built.network.dispose();
});
