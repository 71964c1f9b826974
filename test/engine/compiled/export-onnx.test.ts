import {writeFileSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {withBatchAxis} from '../../../src/engine/compiled/export-batch.js';
import {runOnnx} from '../../../src/engine/compiled/export-fold.js';
import {exportedOpset, exportOnnx} from '../../../src/engine/compiled/export-onnx.js';
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
import {type ReferenceArray, readReference} from '../../reference/read.js';

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

/**
 * With EXPORT_TO, a folder, every file is written there beside an example of what it computes, for test/reference/onnx_checker.py, which
 * asks ONNX's own checker and ONNX Runtime for Python. What it found is in onnx_checker.json.
 */
const folder = process.env.EXPORT_TO;
const checked = readReference<{opset: number; operators: readonly string[]}>('onnx_checker');

function keep(number: number, model: BuiltModel, bytes: Uint8Array, x: tf.Tensor): void {
  if (folder === undefined) return;
  const outputs = tf.tidy(() => Array.from(forward(model.network, [x], {training: false})[0]!.dataSync()));
  const example = {shape: x.shape, inputs: Array.from(x.dataSync()), outputs};
  writeFileSync(path.join(folder, `${number}.onnx`), bytes);
  writeFileSync(path.join(folder, `${number}.json`), JSON.stringify(example));
}

const isGraph = (one: GraphCase | LayerCase): one is GraphCase => 'layers' in one;

for (const [number, reference] of [...readLayerCases(), ...readGraphCases()].entries()) {
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
    const {bytes, batchSize, reason, operators} = await exportOnnx(model);
    t.equal(reason, undefined);
    t.equal(batchSize, undefined);
    const unchecked = folder === undefined ? operators.filter((op) => !checked.operators.includes(op)) : [];
    t.strictSame(unchecked, [], 'operators that test/reference/onnx_checker.py has seen');
    for (const size of [1, 3]) {
      const x = repeated(inputs, size);
      t.ok((await deviation(model, bytes, x)) < 1e-5, `${size} examples`);
      if (size === 3) keep(number, model, bytes, x);
      x.dispose();
    }
    model.network.dispose();
  });
}

t.test('the opset is the one that was checked', async (t) => {
  t.equal(exportedOpset, checked.opset);
});

t.test('a graph with another form for another number of examples is said to be fixed', async (t) => {
  const node = (op: string) => ({label: 'odd', op, inputs: ['input:x'], outputs: ['output:y'], attributes: {}});
  const info = {name: 'input:x', type: 'float32', shape: [1]} as const;
  const graph = (batchSize: number, op: string) => ({
    ...{name: 'g', nodes: [node(op)], initializers: [], values: []},
    inputs: [{...info, shape: [batchSize]}],
    outputs: [{...info, name: 'output:y', shape: [batchSize]}],
  });
  t.strictSame(
    withBatchAxis((size) => graph(size, size === 10_009 ? 'Relu' : 'Neg')),
    {
      reason: 'odd/Neg has another form for another number of examples',
    },
  );
  const shapes = (size: number, values: readonly number[]) => ({
    ...graph(size, 'Expand'),
    initializers: [
      {
        name: 'shape',
        type: 'int64' as const,
        shape: [values.length],
        bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
      },
    ],
  });
  t.match(
    withBatchAxis((size) => shapes(size, [size * size])),
    {reason: /does not grow in line/},
  );
  const general = withBatchAxis((size) => shapes(size, [2 * size + 1, 7]));
  t.notOk('reason' in general);
});

t.test('names of inputs and outputs, what is added behind them, facts', async (t) => {
  const written = [
    {type: 'dense', units: 3, name: 'input_scores', inputs: 'rows'},
    {type: 'dense', units: 1, name: 'answer', inputs: 'rows'},
  ] as const;
  const model = await buildModel(modelOf(...written), {
    inputShapes: {rows: [2]},
    outputs: ['input_scores', 'answer'],
    rng: Rng.fromSeed(1),
  });
  const {bytes, inputNames, outputNames} = await exportOnnx(model, {
    endings: {input_scores: 'softmax', answer: 'sigmoid'},
    batchSize: 2,
    metadata: {run: 'a run', classNames: '["é", "ü"]'},
  });
  t.strictSame(inputNames, {rows: 'rows'});
  t.strictSame(outputNames, {input_scores: 'input_scores', answer: 'answer'});
  const results = await runOnnx(bytes, {rows: {values: Float32Array.of(1, 2, 3, 4), shape: [2, 2]}});
  const scores = Array.from(results.input_scores!.data as Float32Array);
  t.ok(Math.abs(scores.slice(0, 3).reduce((sum, value) => sum + value) - 1) < 1e-6, 'a row of softmax');
  t.ok(Array.from(results.answer!.data as Float32Array).every((value) => value > 0 && value < 1));
  t.ok(Buffer.from(bytes).includes('["é", "ü"]'));
  model.network.dispose();
});
