import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

/** What differs from Keras, or Keras has not; everything else about masks is in graphs-against-pytorch.test.ts. */

await tf.setBackend('cpu');

/** Output of layers for inputs [batch, ...], as nested arrays. */
async function outputOf(values: tf.TensorLike, ...layers: WrittenLayer[]): Promise<unknown> {
  const x = tf.tensor(values);
  const built = await buildModel(modelOf(...layers), {inputShapes: {input: x.shape.slice(1)}, rng: Rng.fromSeed(4)});
  const [output] = tf.tidy(() => [forward(built.network, [x], {training: false})[0]!]);
  const found = output!.arraySync();
  tf.dispose([x, output!]);
  built.network.dispose();
  return found;
}

const masking: WrittenLayer = {type: 'masking'};

t.test('softmax along time gives masked steps nothing', async (t) => {
  const found = (await outputOf([[[1], [0], [1]]], masking, {type: 'softmax', axis: 0})) as number[][][];
  t.same(found, [[[0.5], [0], [0.5]]]);
  t.same(
    await outputOf(
      [
        [
          [1, 1],
          [0, 0],
        ],
      ],
      masking,
      {type: 'softmax'},
    ),
    [
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ],
    'along features it does not matter',
  );
});

t.test('the mean of no steps is 0', async (t) => {
  const x = [
    [[2], [4], [0]],
    [[0], [0], [0]],
  ];
  t.same(await outputOf(x, masking, {type: 'globalAveragePooling1d'}), [[3], [0]]);
});

t.test('glu and rmsNormalization pass a mask on', async (t) => {
  // sigmoid(0) = 1/2; the root mean square of one value is its size.
  const x = [
    [
      [2, 0],
      [0, 0],
      [4, 0],
    ],
  ];
  t.same(await outputOf(x, masking, {type: 'glu'}, {type: 'globalAveragePooling1d'}), [[1.5]]);
  const normalized = await outputOf(
    [[[3], [0], [3]]],
    masking,
    {type: 'rmsNormalization'},
    {type: 'globalAveragePooling1d'},
  );
  t.ok(Math.abs((normalized as number[][])[0]![0]! - 1) < 1e-6);
});

t.test('sequences read from their end have their mask from there too', async (t) => {
  // Weights of 1: state' = x + state. Read from the end: 3, 3 (masked), 3 + 2 = 5, of which the middle one does not count.
  const ones = {kernelInitializer: {type: 'ones'}, recurrentInitializer: {type: 'ones'}};
  const rnn: WrittenLayer = {
    type: 'simpleRnn',
    units: 1,
    activation: 'linear',
    goBackwards: true,
    returnSequences: true,
    ...ones,
  };
  t.same(await outputOf([[[2], [0], [3]]], masking, rnn), [[[3], [3], [5]]]);
  t.same(await outputOf([[[2], [5], [0]]], masking, rnn), [[[0], [5], [7]]]);
  const mean: WrittenLayer = {type: 'globalAveragePooling1d'};
  t.same(await outputOf([[[2], [5], [0]]], masking, rnn, mean), [[6]], 'the first of its outputs does not count');
});

t.test('masks inside steps are those of the wrapped layer; steps without anything do not count', async (t) => {
  const embedding: WrittenLayer = {type: 'embedding', inputDim: 5, outputDim: 2, maskZero: true};
  const lstm: WrittenLayer = {type: 'lstm', units: 3, name: 'reader'};
  const sentences = [
    [1, 2, 0],
    [3, 0, 0],
    [0, 0, 0],
  ];
  const alone = (await outputOf(sentences, embedding, lstm)) as number[][];
  const steps: WrittenLayer = {type: 'timeDistributed', name: 'reader', layer: {type: 'lstm', units: 3}};
  t.same(await outputOf([sentences], embedding, steps), [alone]);
  t.same(alone[2], [0, 0, 0], 'nothing was read');
  const [mean] = (await outputOf([sentences], embedding, steps, {type: 'globalAveragePooling1d'})) as number[][];
  mean!.forEach((value, i) => void t.ok(Math.abs(value - (alone[0]![i]! + alone[1]![i]!) / 2) < 1e-7));
});
