import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t, {type Test} from 'tap';
import {loadInit, openInit} from '../../src/experiment/init-weights.js';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {planModel} from '../../src/model/infer-shapes.js';
import type {InitSpec} from '../../src/model/init/section.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError} from '../reference/read.js';

/** A network as PyTorch or Keras saved and computed it; see test/reference/pytorch_weights.py and keras_weights.py. */
interface WeightsCase {
  readonly file: string;
  readonly layers: readonly WrittenLayer[];
  readonly inputs: ReferenceArray;
  readonly outputs: ReferenceArray;
}

const baseDir = path.resolve(import.meta.dirname, '../reference');
await tf.setBackend('cpu');

async function agrees(
  t: Test,
  {file, layers, inputs, outputs}: WeightsCase,
  options: Partial<InitSpec>,
): Promise<void> {
  const model = modelOf(...layers);
  const inputShapes = {input: inputs.shape.slice(1)};
  const init: InitSpec = {from: file, layout: 'keras', rename: {}, exclude: [], match: 'all', ...options};
  const built = await buildModel(model, {inputShapes, rng: Rng.fromSeed(1)});
  const opened = await openInit(init, planModel(model, inputShapes), {baseDir, runsDir: 'runs'});
  await loadInit(opened, built);
  t.same(opened.match.left, []);
  t.same(opened.match.unused, []);
  t.equal(opened.match.filled.length, built.weights.length);
  const given = tf.tensor(inputs.values, inputs.shape);
  const result = tf.tidy(() => forward(built.network, [given], {training: false})[0]!);
  t.same(result.shape, outputs.shape);
  const error = relativeError(result.dataSync(), outputs.values);
  t.ok(error < 1e-5, `largest error ${error}`);
  tf.dispose([given, result]);
  built.network.dispose();
}

for (const one of readReference<{cases: (WeightsCase & {title: string; rename: Record<string, string>})[]}>(
  'pytorch_weights',
).cases) {
  t.test(`${one.title}: a network with PyTorch's weights gives what it gave in PyTorch`, (t) =>
    agrees(t, one, {layout: 'pytorch', rename: one.rename}),
  );
}

t.test("a network with Keras's weights, under Keras's names, gives what it gave in Keras", async (t) => {
  const network = {...readReference<Omit<WeightsCase, 'file'>>('keras_weights'), file: 'keras-weights.npz'};
  await agrees(t, network, {rename: {sequential: ''}});
});
