import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadInit, openInit} from '../../src/experiment/init-weights.js';
import {buildModel} from '../../src/model/build.js';
import {forward} from '../../src/model/forward.js';
import {planModel} from '../../src/model/infer-shapes.js';
import type {InitSpec} from '../../src/model/init/section.js';
import {Rng} from '../../src/support/random.js';
import {modelOf, type WrittenLayer} from '../model/fixtures.js';
import {type ReferenceArray, readReference, relativeError} from '../reference/read.js';

/** A network as PyTorch saved and computed it; see test/reference/pytorch_weights.py. */
interface WeightsCase {
  readonly title: string;
  readonly file: string;
  readonly layers: readonly WrittenLayer[];
  readonly rename: Readonly<Record<string, string>>;
  readonly inputs: ReferenceArray;
  readonly outputs: ReferenceArray;
}

const baseDir = path.resolve(import.meta.dirname, '../reference');
await tf.setBackend('cpu');

for (const {title, file, layers, rename, inputs, outputs} of readReference<{cases: WeightsCase[]}>('pytorch_weights')
  .cases) {
  t.test(`${title}: a network with PyTorch's weights gives what it gave in PyTorch`, async (t) => {
    const model = modelOf(...layers);
    const inputShapes = {input: inputs.shape.slice(1)};
    const init: InitSpec = {from: file, layout: 'pytorch', rename, exclude: [], match: 'all'};
    const built = await buildModel(model, {inputShapes, rng: Rng.fromSeed(1)});
    const opened = await openInit(init, planModel(model, inputShapes), {baseDir, runsDir: 'runs'});
    const record = await loadInit(opened, built);
    t.same(record.left, []);
    t.same(record.unused, []);
    t.equal(record.loaded.length, built.weights.length);
    const result = tf.tidy(
      () => forward(built.network, [tf.tensor(inputs.values, inputs.shape)], {training: false})[0]!,
    );
    t.same(result.shape, outputs.shape);
    const error = relativeError(result.dataSync(), outputs.values);
    t.ok(error < 1e-5, `largest error ${error}`);
    result.dispose();
    built.network.dispose();
  });
}
