import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel} from '@tensorflow/tfjs-layers';
import t, {type Test} from 'tap';
import {runOnnx} from '../../src/engine/compiled/export-fold.js';
import {evaluateRun} from '../../src/experiment/evaluate-run.js';
import {checkExport} from '../../src/experiment/export-check.js';
import {type ExportModelRequest, exportModel} from '../../src/experiment/export-model.js';
import {openExportSubject} from '../../src/experiment/export-subject.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {predictRun} from '../../src/experiment/predict-run.js';
import {runExperiment} from '../../src/experiment/run.js';
import {readSafetensors} from '../../src/runs/safetensors.js';
import {ExpError} from '../../src/support/errors.js';
import {sizeOf} from '../../src/support/tensor.js';

const table = `a,b,kind\n${Array.from({length: 40}, (_, i) => `${i % 7},${i % 5},${i % 7 > 3 ? 'big' : 'small'}\n`).join('')}`;

const three = table
  .replace('kind', 'kind,sum')
  .replaceAll(/(\d),(\d),(\w+)/g, (_, a, b, kind) => `${a},${b},${kind},${Number(a) + Number(b)}`);

const rows = `name: rows
description: big or small
data: {source: {type: csv, path: table.csv, target: kind, testFraction: 0.25, defaults: {numeric: {scale: standardize}}}, validation: {fraction: 0.2}}
model:
  layers:
    - {type: dense, units: 5, activation: relu}
    - {type: batchNormalization}
    - {type: dropout, rate: 0.2}
    - {type: dense, units: 2}
training:
  epochs: 3
  batchSize: 8
  loss: softmaxCrossEntropy
  metrics: [accuracy]
  optimizer: {type: adam, learningRate: 0.05}
checkpoint: {monitor: val_loss, last: true}
`;

/** Trains a spec in a folder of its own. @returns the runs folder, the run and a place for files */
async function trained(t: Test, spec: string): Promise<{runsDir: string; run: string; folder: string}> {
  const folder = t.testdir({'spec.yaml': spec, 'table.csv': table, 'three.csv': three});
  const runsDir = path.join(folder, 'runs');
  const outcome = await runExperiment(await loadExperiment({path: path.join(folder, 'spec.yaml')}), {runsDir});
  t.equal(outcome.state, 'finished');
  return {runsDir, run: path.basename(outcome.path!), folder};
}

const exporting = (request: Omit<ExportModelRequest, 'warn'>) =>
  exportModel({
    ...request,
    warn: (message) => {
      throw new Error(message);
    },
  });

t.test('a classifier of rows', async (t) => {
  const {runsDir, run, folder} = await trained(t, rows);
  writeFileSync(path.join(folder, 'new.csv'), 'b,a\n1,2\n4,6\n0,3\n');
  const lines: string[] = [];
  const stdout = {write: (text: string) => lines.push(text)} as unknown as NodeJS.WriteStream;
  await predictRun({run, runsDir, input: path.join(folder, 'new.csv'), format: 'jsonl', stdout, warn: () => {}});
  const predicted = lines
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).probabilities as Record<string, number>);

  t.test('onnx with probabilities gives what exp predict gives', async (t) => {
    const out = path.join(folder, 'rows.onnx');
    const exported = await exporting({run, runsDir, format: 'onnx', out, probabilities: true});
    t.equal(exported.checkpoint, 'best');
    t.equal(exported.check!.numExamples, 6);
    t.strictSame(exported.check!.batchSizes, [1, 5]);
    t.equal(exported.check!.from, 'the validation set');
    t.ok(exported.check!.maxDeviation < 1e-6);
    const text = readFileSync(out).toString('latin1');
    const learnt = JSON.parse(readFileSync(path.join(runsDir, run, 'plan.json'), 'utf8')).fitted['data.source'];
    for (const fact of [run, 'big or small', '["big","small"]', JSON.stringify(learnt)])
      t.ok(text.includes(fact), fact);
    // The rows as exp prepares them, by the statistics in the file's own metadata.
    const subject = await openExportSubject(run, runsDir, undefined);
    const {fitted} = subject.saved.plan;
    subject.dispose();
    const scale = (name: string, value: number): number => {
      const columns = fitted['data.source']!.columns as Record<string, {mean: number; std: number}>;
      return (value - columns[name]!.mean) / columns[name]!.std;
    };
    const given = [
      [2, 1],
      [6, 4],
      [3, 0],
    ].flatMap(([a, b]) => [scale('a', a!), scale('b', b!)]);
    const {output} = await runOnnx(readFileSync(out), {input: {values: Float32Array.from(given), shape: [3, 2]}});
    t.strictSame([...output!.dims], [3, 2]);
    for (const [row, {big, small}] of predicted.entries()) {
      t.ok(Math.abs(Number(output!.data[2 * row]) - big!) < 1e-6);
      t.ok(Math.abs(Number(output!.data[2 * row + 1]) - small!) < 1e-6);
    }
  });

  t.test('tfjs loads without exp, and says where it comes from', async (t) => {
    const out = path.join(folder, 'rows-tfjs');
    const {numTensors} = tf.memory();
    await exporting({run, runsDir, format: 'tfjs', out, checkpoint: 'last'});
    t.equal(tf.memory().numTensors, numTensors, 'no tensor is left');
    t.strictSame(readdirSync(out).sort(), ['model.json', 'weights.bin']);
    const {userDefinedMetadata, modelTopology, weightsManifest} = JSON.parse(
      readFileSync(path.join(out, 'model.json'), 'utf8'),
    );
    t.match(userDefinedMetadata, {run, checkpoint: 'last', epoch: '3', classNames: '["big","small"]'});
    const weightData = Uint8Array.from(readFileSync(path.join(out, 'weights.bin'))).buffer;
    const weightSpecs = weightsManifest[0].weights;
    const model = await loadLayersModel(tf.io.fromMemory({modelTopology, weightSpecs, weightData}));
    t.strictSame(model.inputs[0]!.shape, [null, 2]);
    model.dispose();
  });

  t.test('safetensors by both names', async (t) => {
    const own = path.join(folder, 'rows.safetensors');
    await exporting({run, runsDir, format: 'safetensors', out: own});
    const best = readSafetensors(path.join(runsDir, run, 'checkpoints', 'best', 'weights.safetensors'));
    const found = readSafetensors(own);
    t.strictSame([...found.keys()].sort(), [...best.keys()].sort());
    for (const [name, {values}] of best) t.strictSame(found.get(name)!.values, values, name);
    const theirs = path.join(folder, 'rows-pt.safetensors');
    await exporting({run, runsDir, format: 'safetensors', out: theirs, names: 'pytorch'});
    const arrays = readSafetensors(theirs);
    t.strictSame(
      [...arrays].map(([name, {shape}]) => [name, shape]),
      [
        ['dense.weight', [5, 2]],
        ['dense.bias', [5]],
        ['batchNormalization.weight', [5]],
        ['batchNormalization.bias', [5]],
        ['batchNormalization.running_mean', [5]],
        ['batchNormalization.running_var', [5]],
        ['dense_1.weight', [2, 5]],
        ['dense_1.bias', [2]],
      ],
    );
    const kernel = best.get('dense/kernel')!.values;
    const weight = arrays.get('dense.weight')!.values;
    t.equal(weight[2 * 3 + 1], kernel[5 * 1 + 3]);
    t.ok(readFileSync(theirs).includes('"format":"pt"'));
  });

  t.test('places', async (t) => {
    const out = path.join(folder, 'there.onnx');
    writeFileSync(out, 'mine');
    const to = (change: Partial<ExportModelRequest>) => exporting({run, runsDir, format: 'onnx', out, ...change});
    await t.rejects(to({}), {code: 'USAGE', message: /there\.onnx is there already$/, hint: /--force/});
    t.equal(readFileSync(out, 'utf8'), 'mine');
    await to({force: true});
    t.not(readFileSync(out, 'latin1').slice(0, 4), 'mine');
    await t.rejects(to({out: path.join(folder, 'none', 'a.onnx')}), {
      code: 'RUN_UNWRITABLE',
      message: /there is no folder .*none$/,
    });
    await t.rejects(to({out: folder, force: true}), {
      code: 'USAGE',
      message: /is a folder, and a file is to be written/,
    });
    const foreign = path.join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(path.join(foreign, 'thesis.txt'), 'years of work');
    await t.rejects(to({format: 'tfjs', out: foreign, force: true}), {
      code: 'USAGE',
      message: /holds no model; it is not replaced/,
    });
    t.ok(existsSync(path.join(foreign, 'thesis.txt')));
    const model = path.join(folder, 'model');
    await to({format: 'tfjs', out: model});
    await t.rejects(to({format: 'tfjs', out: model}), {code: 'USAGE'});
    await to({format: 'tfjs', out: model, force: true});
    t.strictSame(
      readdirSync(folder).filter((name) => /tmp|previous/.test(name)),
      [],
    );
  });

  t.test('a batch size of its own', async (t) => {
    const out = path.join(folder, 'four.onnx');
    const {check} = await exporting({run, runsDir, format: 'onnx', out, batchSize: 4});
    t.strictSame(check!.batchSizes, [4, 4]);
    const input = (size: number) => ({input: {values: new Float32Array(2 * size), shape: [size, 2]}});
    const {output} = await runOnnx(readFileSync(out), input(4));
    t.strictSame([...output!.dims], [4, 2]);
    await t.rejects(runOnnx(readFileSync(out), input(3)));
  });

  t.test('an export that computes something else is refused', async (t) => {
    const subject = await openExportSubject(run, runsDir, undefined);
    const examples = {size: 2, inputs: {input: Float32Array.of(1, 2, 3, 4)}, from: 'here'};
    const wrong = async (): Promise<{output: Float32Array}> => ({output: new Float32Array(2).fill(9)});
    await t.rejects(checkExport(subject, wrong, examples), {code: 'EXPORT_FAILED', message: /outputs differ by up to/});
    const short = async (): Promise<{output: Float32Array}> => ({output: new Float32Array(1)});
    await t.rejects(checkExport(subject, short, examples), {code: 'EXPORT_FAILED', message: /gives 1 numbers/});
    const none = async (): Promise<{output: Float32Array}> => ({output: new Float32Array(2).fill(Number.NaN)});
    await t.rejects(checkExport(subject, none, examples), {code: 'EXPORT_FAILED'});
    subject.dispose();
  });

  t.test('damaged weights, data that are gone', async (t) => {
    const out = path.join(folder, 'late.onnx');
    const file = path.join(runsDir, run, 'checkpoints', 'last', 'weights.safetensors');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 5));
    await t.rejects(exporting({run, runsDir, format: 'onnx', out, checkpoint: 'last'}), {code: 'DATA_INVALID'});
    writeFileSync(file, whole);
    writeFileSync(path.join(folder, 'table.csv'), table.replace('0,0,small', '0,1,small'));
    const warnings: string[] = [];
    await exportModel({run, runsDir, format: 'onnx', out, warn: (message) => warnings.push(message)});
    t.match(warnings, [/the data are not those that .* was trained on/]);
    const {unlinkSync} = await import('node:fs');
    unlinkSync(path.join(folder, 'table.csv'));
    unlinkSync(out);
    const error = await exporting({run, runsDir, format: 'onnx', out}).catch((thrown: unknown) => thrown);
    t.ok(error instanceof ExpError && error.code === 'DATA_MISSING');
    t.match(error, {message: /an export is checked on examples of the run's data$/, hint: /--examples/});
    t.notOk(existsSync(out), 'nothing is left');
    const {check} = await exporting({run, runsDir, format: 'onnx', out, examples: path.join(folder, 'new.csv')});
    t.equal(check!.numExamples, 3);
    await exporting({run, runsDir, format: 'safetensors', out: path.join(folder, 'w.safetensors')});
  });
});

t.test('several inputs and outputs', async (t) => {
  const {runsDir, run, folder} = await trained(
    t,
    `name: pair
data:
  source: {type: csv, path: three.csv, testFraction: 0.25, inputs: {a: [a], b: [b]}, targets: {kind: kind, sum: sum}}
model:
  layers:
    - {type: concatenate, name: both, inputs: [a, b]}
    - {type: dense, units: 4, activation: tanh, name: body}
    - {type: dense, units: 2, name: kind, inputs: body}
    - {type: dense, units: 1, name: sum, inputs: body}
training:
  epochs: 1
  batchSize: 8
  outputs:
    kind: {loss: softmaxCrossEntropy}
    sum: {loss: meanSquaredError}
  optimizer: {type: sgd, learningRate: 0.01}
`,
  );
  const out = path.join(folder, 'pair.onnx');
  const {notes} = await exporting({run, runsDir, format: 'onnx', out});
  t.match(notes.join('\n'), /input a \[batch, 1\]\ninput b \[batch, 1\]\noutput kind \[batch, 2\]: logits/);
  t.match(notes.join('\n'), /output sum \[batch, 1\]: values/);
  const one = {values: Float32Array.of(1, 2), shape: [2, 1]};
  const results = await runOnnx(readFileSync(out), {a: one, b: one});
  t.strictSame(Object.keys(results).sort(), ['kind', 'sum']);
  t.equal(sizeOf([...results.kind!.dims]), 4);
});

t.test('what TensorFlow.js lacks is named with its layers', async (t) => {
  const spec = rows
    .replace('type: batchNormalization', 'type: rmsNormalization')
    .replace('activation: relu', 'activation: hardSwish');
  const {runsDir, run, folder} = await trained(t, spec);
  const out = path.join(folder, 'rows-tfjs');
  await t.rejects(exporting({run, runsDir, format: 'tfjs', out}), {
    code: 'EXPORT_FAILED',
    message:
      'TensorFlow.js without exp cannot load this model: it has no activation hardSwish (dense); it has no layer class RMSNormalization (rmsNormalization)',
    hint: /--format onnx takes every layer/,
  });
  t.notOk(existsSync(out));
  await exporting({run, runsDir, format: 'onnx', out: path.join(folder, 'rows.onnx')});
});

t.test('a run without weights', async (t) => {
  const {runsDir, run} = await trained(t, rows.replace('last: true', 'last: false'));
  const {rmSync} = await import('node:fs');
  for (const folder of ['checkpoints', 'model'])
    rmSync(path.join(runsDir, run, folder), {recursive: true, force: true});
  await t.rejects(exporting({run, runsDir, format: 'onnx'}), {code: 'DATA_MISSING', message: /has no weights/});
  await t.rejects(evaluateRun({run, runsDir, warn: () => {}}), {code: 'DATA_MISSING'}, 'as exp evaluate says it');
});
