import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {runOnnx} from '../../../src/engine/compiled/export-fold.js';
import {exportOnnx} from '../../../src/engine/compiled/export-onnx.js';
import {loadEagerBackend} from '../../../src/engine/eager/backends.js';
import {buildModel} from '../../../src/model/build.js';
import type {BuiltModel} from '../../../src/model/built-model.js';
import {forward} from '../../../src/model/forward.js';
import {Rng} from '../../../src/support/random.js';
import {
  type GraphCase,
  type LayerCase,
  modelOf,
  readGraphCases,
  readLayerCases,
  tensorOf,
} from '../../model/fixtures.js';
import type {ReferenceArray} from '../../reference/read.js';

await loadEagerBackend('cpu');

/** The examples of a reference, and again as many as it takes for `size`. */
function repeated({shape, values}: ReferenceArray, size: number): tf.Tensor {
  const numOfOne = values.length / shape[0]!;
  return tf.tensor(
    Array.from({length: size * numOfOne}, (_, i) => values[i % values.length]!),
    [size, ...shape.slice(1)],
  );
}

/** Largest difference between a file and TensorFlow.js, in units of the largest output. */
async function deviation(model: BuiltModel, bytes: Uint8Array, x: tf.Tensor): Promise<number> {
  const results = await runOnnx(bytes, {input: {values: x.dataSync() as Float32Array, shape: x.shape}});
  return tf.tidy(() => {
    const ours = forward(model.network, [x], {training: false})[0]!;
    const {data, dims} = results.output!;
    if (String(dims) !== String(ours.shape)) return Number.POSITIVE_INFINITY;
    const expected = ours.dataSync();
    const scale = Math.max(1e-3, ...expected.map(Math.abs));
    return Math.max(...expected.map((value, i) => Math.abs(value - Number(data[i])))) / scale;
  });
}

const isGraph = (one: GraphCase | LayerCase): one is GraphCase => 'layers' in one;

for (const reference of [...readLayerCases(), ...readGraphCases()]) {
  const {title, inputs, weights} = reference;
  t.test(`for any number of examples: ${title}`, async (t) => {
    const layers = isGraph(reference) ? reference.layers : [reference.layer];
    const inputShapes = {input: inputs.shape.slice(1)};
    const model = await buildModel(modelOf(...layers), {inputShapes, rng: Rng.fromSeed(3)});
    for (const {name, variable} of model.weights) {
      const value = tensorOf(weights[isGraph(reference) ? name : name.slice(name.indexOf('/') + 1)]!);
      variable.write(value);
      value.dispose();
    }
    const {bytes, batchSize, reason} = await exportOnnx(model);
    t.equal(reason, undefined);
    t.equal(batchSize, undefined);
    for (const size of [1, 3, 5]) {
      const x = repeated(inputs, size);
      t.ok((await deviation(model, bytes, x)) < 1e-5, `${size} examples`);
      x.dispose();
    }
    model.network.dispose();
  });
}
