import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Writable} from 'node:stream';
import {gzipSync} from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel} from '@tensorflow/tfjs-layers';
import {parse} from 'csv-parse/sync';
import sharp from 'sharp';
import t from 'tap';
import {evaluateRun} from '../../src/experiment/evaluate-run.js';
import {type PredictRequest, predictRun} from '../../src/experiment/predict-run.js';
import {loadExperiment, runExperiment} from '../../src/index.js';
import {tinySpec} from '../commands/cli.js';

const experiments = path.resolve(import.meta.dirname, '../../experiments');
const lesson = (name: string): string => readFileSync(path.join(experiments, name), 'utf8');

async function train(folder: string, text: string, overrides: readonly string[] = []) {
  const spec = {text, path: path.join(folder, 'spec.yaml')};
  const loaded = await loadExperiment(spec, {overrides: ['device=cpu', ...overrides]});
  const outcome = await runExperiment(loaded, {runsDir: path.join(folder, 'runs')});
  if (outcome.state !== 'finished') throw new Error(outcome.state);
  const run = outcome.path!;
  const predict = (input: string, request: Partial<PredictRequest> = {}) => predictWith(run, folder, input, request);
  return {run, summary: outcome.summary, predict};
}

/** @returns what was printed */
async function predictWith(
  run: string,
  folder: string,
  input: string,
  request: Partial<PredictRequest>,
): Promise<string> {
  let printed = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  const warn = (message: string): void => {
    throw new Error(message);
  };
  const given = {run, runsDir: 'runs', input: path.resolve(folder, input), stdout, warn, ...request};
  await predictRun({...given, ...(given.output ? {output: path.resolve(folder, given.output)} : {})});
  return printed;
}

const rowsOf = (csv: string): readonly Record<string, string>[] => parse(csv, {columns: true});
const jsonOf = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Penguins in two files: every fourth is for the test. */
function penguins(folder: string): readonly Record<string, string>[] {
  const [header, ...lines] = readFileSync(path.join(experiments, 'data/penguins.csv'), 'utf8').trimEnd().split('\n');
  const write = (name: string, some: readonly string[]): void =>
    writeFileSync(path.join(folder, name), [header, ...some, ''].join('\n'));
  write(
    'train.csv',
    lines.filter((_, i) => i % 4 > 0),
  );
  write(
    'test.csv',
    lines.filter((_, i) => i % 4 === 0),
  );
  return parse(readFileSync(path.join(folder, 'train.csv'), 'utf8'), {columns: true});
}

const penguinSpec = lesson('6-penguins-table.yaml')
  .replace('path: data/penguins.csv', 'path: train.csv')
  .replace('testFraction: 0.2', 'testPath: test.csv')
  .replace('  validation: {fraction: 0.2, stratify: true}\n', '');

t.test(
  'a table: right as often as the summary says, without the data trained on, and as TensorFlow.js computes it',
  async (t) => {
    const folder = t.testdir({});
    const known = penguins(folder);
    const {run, summary, predict} = await train(folder, penguinSpec, ['training.epochs=8']);
    rmSync(path.join(folder, 'train.csv'));
    const test = rowsOf(readFileSync(path.join(folder, 'test.csv'), 'utf8'));
    const rows = rowsOf(await predict('test.csv'));
    t.strictSame(
      rows.map(({row}) => row),
      test.map((_, i) => String(i)),
    );
    const numRight = rows.filter((row, i) => row.class === test[i]!.species).length;
    t.equal(numRight / test.length, summary.metrics.test!.test_accuracy);

    // By hand: mean and population deviation of what is known, gaps filled with the median; then the model as stock TensorFlow.js loads it.
    const numbers = ['billLength', 'billDepth', 'flipperLength', 'bodyMass'].map((name) => {
      const values = known.flatMap((row) => (row[name] === '' ? [] : [Number(row[name])])).sort((a, b) => a - b);
      const half = values.length / 2;
      const median = half % 1 ? values[Math.floor(half)]! : (values[half - 1]! + values[half]!) / 2;
      const filled = known.map((row) => (row[name] === '' ? median : Number(row[name])));
      const mean = filled.reduce((sum, value) => sum + value, 0) / filled.length;
      const std = Math.sqrt(filled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / filled.length);
      return (row: Record<string, string>) => ((row[name] === '' ? median : Number(row[name])) - mean) / std;
    });
    const oneOf = (name: string, words: readonly string[]) => (row: Record<string, string>) =>
      words.map((word) => (word === (row[name] || 'missing') ? 1 : 0));
    const island = oneOf('island', ['Biscoe', 'Dream', 'Torgersen']);
    const sex = oneOf('sex', ['female', 'male', 'missing']);
    const prepared = test.map((row) => [...island(row), ...numbers.map((scaled) => scaled(row)), ...sex(row)]);
    const modelJson = JSON.parse(readFileSync(path.join(run, 'model/model.json'), 'utf8'));
    const model = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: modelJson.modelTopology,
        weightSpecs: modelJson.weightsManifest[0].weights,
        weightData: Uint8Array.from(readFileSync(path.join(run, 'model/weights.bin'))).buffer,
      }),
    );
    const expected = tf.tidy(() =>
      tf.softmax(model.predict(tf.tensor(prepared)) as tf.Tensor).arraySync(),
    ) as number[][];
    model.dispose();
    const species = ['Adelie', 'Chinstrap', 'Gentoo'];
    const worst = Math.max(
      ...rows.flatMap((row, i) =>
        species.map((name, k) => Math.abs(Number(row[`probability_${name}`]) - expected[i]![k]!)),
      ),
    );
    t.ok(worst < 1e-5, `differs by ${worst} at most`);
    for (const row of rows) t.equal(row.probability, row[`probability_${row.class}`]);
  },
);

t.test('targets are not needed, columns come in any order and format', async (t) => {
  const folder = t.testdir({});
  penguins(folder);
  const {predict} = await train(folder, penguinSpec, ['training.epochs=2']);
  const whole = await predict('test.csv');
  const rows = rowsOf(readFileSync(path.join(folder, 'test.csv'), 'utf8'));
  const write = (name: string, line: (row: Record<string, string>) => string, header = ''): void =>
    writeFileSync(path.join(folder, name), header + rows.map((row) => `${line(row)}\n`).join(''));
  write(
    'other.csv',
    ({sex, bodyMass, flipperLength, billDepth, billLength, island}) =>
      [sex, 'n/a', bodyMass, flipperLength, billDepth, billLength, island].join(','),
    'sex,remark,bodyMass,flipperLength,billDepth,billLength,island\n',
  );
  t.equal(await predict('other.csv'), whole);
  const measured = ['billLength', 'billDepth', 'flipperLength', 'bodyMass'];
  write('rows.jsonl', ({species: _, sex, ...row}) => {
    const numbers = measured.map((name) => [name, row[name] === '' ? null : Number(row[name])]);
    return JSON.stringify({...(sex === '' ? {} : {sex}), ...Object.fromEntries(numbers), island: row.island});
  });
  t.equal(await predict('rows.jsonl'), whole);

  const [first] = jsonOf(await predict('test.csv', {format: 'jsonl'}));
  const [csv] = rowsOf(whole);
  t.strictSame(first, {
    row: 0,
    class: csv!.class,
    probability: Number(csv!.probability),
    probabilities: Object.fromEntries(
      ['Adelie', 'Chinstrap', 'Gentoo'].map((name) => [name, Number(csv![`probability_${name}`])]),
    ),
  });
});

t.test('rows that the run does not take are named', async (t) => {
  const folder = t.testdir({
    'names.csv': 'island,billLenght,billDepth,flipperLength,bodyMass,sex\nDream,39,18,181,3750,male\n',
    'island.csv': 'island,billLength,billDepth,flipperLength,bodyMass,sex\nDream,39,18,181,3750,male\nMoon,,,,,\n',
    'gap.csv': 'island,billLength,billDepth,flipperLength,bodyMass,sex\nDream,39,18,181,3750,male\n,,,,,\n',
    'words.csv': 'island,billLength,billDepth,flipperLength,bodyMass,sex\nDream,long,18,181,3750,male\n',
    'rows.xlsx': 'PK',
  });
  penguins(folder);
  const spec = penguinSpec
    .replace('categorical: {impute: missing}', 'categorical: {}')
    .replace('{impute: missing}', '{}');
  const {predict} = await train(
    folder,
    spec.replace('defaults:', 'columns: {sex: {type: categorical, impute: missing}}\n    defaults:'),
    ['training.epochs=1'],
  );
  const fails = (input: string, expected: {code: string; message: RegExp; hint?: string}) =>
    t.rejects(predict(input), expected);
  const lacks = /names\.csv has no column "billLength" \(an input of the run\); its columns are island, billLenght, /;
  await fails('names.csv', {code: 'DATA_INVALID', message: lacks, hint: 'did you mean billLenght?'});
  await fails('island.csv', {
    code: 'DATA_INVALID',
    message:
      /island\.csv:3:1 column "island" has the category "Moon", which no training row has; they have Biscoe, Dream, Torgersen$/,
  });
  await fails('gap.csv', {
    code: 'DATA_INVALID',
    message: /gap\.csv:3:1 column "island" is empty; missing values are not accepted$/,
  });
  await fails('words.csv', {
    code: 'DATA_INVALID',
    message: /words\.csv:2:7 column "billLength" is "long"; expected a number$/,
  });
  await fails('rows.xlsx', {code: 'USAGE', message: /rows\.xlsx is no table by its name$/});
  await fails('nothing.csv', {code: 'DATA_MISSING', message: /nothing\.csv does not exist$/});
  await t.rejects(predict('test.csv', {output: 'out.txt'}), {
    code: 'USAGE',
    message: /ends in neither \.csv nor \.jsonl$/,
  });
  await t.rejects(predict('test.csv', {output: 'test.csv'}), {code: 'USAGE', message: /is the input as well$/});
});

t.test('an output file is there only when it is whole; many rows keep their order and their numbers', async (t) => {
  const folder = t.testdir({runs: {}});
  const line = (i: number): string => `${i % 97},${i % 3 === 0 ? 'a' : 'b'},${(i % 97) / 10}`;
  const write = (name: string, count: number, last: string): void =>
    writeFileSync(
      path.join(folder, name),
      `size,kind,price\n${Array.from({length: count}, (_, i) => line(i)).join('\n')}\n${last}\n`,
    );
  write('table.csv', 200, line(200));
  const text = `name: many
data: {source: {type: csv, path: table.csv, target: price, defaults: {numeric: {scale: standardize}}}}
model: {layers: [{type: dense, units: 1}]}
training: {epochs: 1, batchSize: 100, loss: meanSquaredError, optimizer: {type: sgd, learningRate: 0.01}}
`;
  const {predict} = await train(folder, text);
  write('many.csv', 19_999, '5,b,0');
  t.equal(await predict('many.csv', {output: 'out.csv'}), '');
  const rows = rowsOf(readFileSync(path.join(folder, 'out.csv'), 'utf8'));
  t.strictSame(Object.keys(rows[0]!), ['row', 'value']);
  t.equal(rows.length, 20_000);
  t.ok(rows.every(({row}, i) => row === String(i)));
  t.ok(
    rows.every(({value}, i) => i < 291 || i === 19_999 || value === rows[i - 291]!.value),
    'equal rows, equal values',
  );
  t.not(rows[0]!.value, rows[1]!.value);

  const before = readFileSync(path.join(folder, 'out.csv'), 'utf8');
  write('bad.csv', 19_999, '5,c,0');
  const names = readdirSync(folder);
  const unknown = {code: 'DATA_INVALID', message: /bad\.csv:20001:3 column "kind" has the category "c"/};
  await t.rejects(predict('bad.csv', {output: 'out.csv'}), unknown);
  t.equal(readFileSync(path.join(folder, 'out.csv'), 'utf8'), before, 'what was there stays');
  await t.rejects(predict('bad.csv', {output: 'new.jsonl'}), unknown);
  t.strictSame(readdirSync(folder), names, 'nothing else is left');
  await t.rejects(predict('many.csv', {output: 'no/such/folder.csv'}), {code: 'RUN_UNWRITABLE'});
});

t.test('several outputs have columns of their own', async (t) => {
  const folder = t.testdir({});
  cpSync(path.join(experiments, 'data/cars.csv'), path.join(folder, 'data/cars.csv'));
  const {run, predict} = await train(folder, lesson('11-cars-two-outputs.yaml'), [
    'training.epochs=2',
    'data.source.testFraction=0.9',
  ]);
  const csv = await predict('data/cars.csv');
  t.equal(
    csv.split('\n', 1)[0],
    'row,mpg_value,origin_class,origin_probability,origin_probability_Europe,origin_probability_Japan,origin_probability_USA',
  );
  const rows = rowsOf(csv);
  const [first] = jsonOf(await predict('data/cars.csv', {format: 'jsonl'}));
  t.match(first, {
    row: 0,
    outputs: {
      mpg: {value: Number(rows[0]!.mpg_value)},
      origin: {class: rows[0]!.origin_class, probabilities: {Japan: Number(rows[0]!.origin_probability_Japan)}},
    },
  });
  // The mean over all rows is that of the three parts.
  const cars = rowsOf(readFileSync(path.join(folder, 'data/cars.csv'), 'utf8'));
  const sum = rows.reduce((total, row, i) => total + Math.abs(Number(row.mpg_value) - Number(cars[i]!.mpg)), 0);
  let expected = 0;
  for (const split of ['train', 'validation', 'test'] as const) {
    const {metrics, numExamples} = await evaluateRun({run, runsDir: 'runs', split, warn: () => {}});
    const prefix = {train: '', validation: 'val_', test: 'test_'}[split];
    expected += numExamples * metrics[`${prefix}mpg_meanAbsoluteError`]!;
  }
  t.ok(Math.abs(sum - expected) < 1e-3, `${sum} is about ${expected}`);
});

t.test('yes and no, and names that spreadsheets would take for formulas', async (t) => {
  const lines = Array.from(
    {length: 40},
    (_, i) => `${i},${(i * 7) % 10},${i < 20 ? '=no()' : '+yes'},${i % 2},${i < 20 ? 1 : 0}`,
  );
  const folder = t.testdir({'table.csv': ['a,b,name,odd,small', ...lines, ''].join('\n')});
  const text = (target: string, units: number, loss: string): string => `name: yes
data: {source: {type: csv, path: table.csv, ignore: [], ${target}}}
model: {layers: [{type: dense, units: ${units}}]}
training: {epochs: 1, batchSize: 8, loss: ${loss}, optimizer: {type: sgd, learningRate: 0.001}}
`;
  const inputs = 'inputs: {input: [a, b]}';
  const one = await train(folder, text(`target: name, ${inputs}`, 1, 'binaryCrossEntropy'));
  const csv = await one.predict('table.csv');
  t.equal(csv.split('\n', 1)[0], 'row,class,probability,probability_+yes,probability_=no()');
  for (const row of rowsOf(csv)) {
    const no = Number(row['probability_=no()']);
    t.equal(row.class, no > 0.5 ? "'=no()" : "'+yes");
    t.ok(Math.abs(no + Number(row['probability_+yes']) - 1) < 1e-12);
  }
  const hinge = await train(folder, text(`target: name, ${inputs}`, 1, 'hinge'));
  t.match((await hinge.predict('table.csv')).split('\n', 1)[0], /^row,class,score,score_/);
  const two = await train(folder, text(`target: [odd, small], ${inputs}`, 2, 'binaryCrossEntropy'));
  const [row] = rowsOf(await two.predict('table.csv'));
  t.strictSame(Object.keys(row!), ['row', 'answer_odd', 'answer_small', 'probability_odd', 'probability_small']);
  t.equal(row!.answer_odd, Number(row!.probability_odd) > 0.5 ? '1' : '0');
  const [json] = jsonOf(await two.predict('table.csv', {format: 'jsonl'}));
  t.equal(typeof json.answers.small, 'boolean');
});

t.test('images: files, folders, and those that a table names', async (t) => {
  const folder = t.testdir({});
  const paint = async (name: string, level: number, side = 4): Promise<void> => {
    mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
    const pixels = Uint8Array.from({length: side * side}, (_, i) => level + (i % 5));
    await sharp(pixels, {raw: {height: side, width: side, channels: 1}})
      .png()
      .toFile(path.join(folder, name));
  };
  for (let i = 0; i < 12; i++) {
    await paint(`train/dark/${i}.png`, 5 * i);
    await paint(`train/light/${i}.png`, 190 + 5 * i);
    await paint(`test/dark/${i}.png`, 5 * i + 2, 8);
    await paint(`test/light/${i}.png`, 50 + 15 * i, 8);
  }
  const layers = '[{type: flatten}, {type: dense, units: 2}]';
  const training =
    'training: {epochs: 3, batchSize: 5, loss: softmaxCrossEntropy, metrics: [accuracy], optimizer: {type: adam, learningRate: 0.01}}';
  const folderSpec = `name: images
data:
  source: {type: imageFolder, path: train, testPath: test, height: 4, width: 4, channels: 1}
  transforms: [{type: normalize, fit: train}]
model: {layers: ${layers}}
${training}
`;
  const {summary, predict} = await train(folder, folderSpec);
  const rows = rowsOf(await predict('test'));
  t.match(rows[0], {row: '0', file: 'dark/0.png'});
  const numRight = rows.filter((row) => row.file!.startsWith(row.class!)).length;
  t.equal(numRight / rows.length, summary.metrics.test!.test_accuracy);
  const [single] = jsonOf(await predict('test/light/3.png', {format: 'jsonl'}));
  const same = rows.find(({file}) => file === 'light/3.png')!;
  t.match(single, {row: 0, file: '3.png', class: same.class});
  t.ok(Math.abs(single.probability - Number(same.probability)) < 1e-6);
  writeFileSync(path.join(folder, 'test/light/broken.png'), 'no image');
  await t.rejects(predict('test'), {code: 'DATA_INVALID', message: /light\/broken\.png cannot be decoded/});
  writeFileSync(path.join(folder, 'test/light/notes.txt'), '');
  await t.rejects(predict('test'), {code: 'DATA_INVALID', message: /light\/notes\.txt is not an image by its name/});

  const names = readdirSync(path.join(folder, 'train'), {recursive: true})
    .map(String)
    .filter((name) => name.endsWith('.png'));
  writeFileSync(
    path.join(folder, 'photos.csv'),
    `photo,kind\n${names.map((name) => `train/${name},${name.split('/')[0]}`).join('\n')}\n`,
  );
  const columnSpec = `name: photos
data:
  source: {type: csv, path: photos.csv, target: kind, columns: {photo: {type: image, size: [4, 4], channels: 1}}}
  transforms: [{type: toFloat}]
model: {layers: ${layers}}
${training}
`;
  const photos = await train(folder, columnSpec);
  const byTable = rowsOf(await photos.predict('photos.csv'));
  const byFolder = rowsOf(await photos.predict('train'));
  for (const {file, ...row} of byFolder) {
    const {row: _, ...said} = byTable[names.indexOf(file!)]!;
    t.equal(said.class, row.class);
    t.ok(Math.abs(Number(said.probability) - Number(row.probability)) < 1e-6);
  }
  writeFileSync(path.join(folder, 'lost.csv'), 'photo\ntrain/dark/1.png\ntrain/dark/99.png\n');
  await t.rejects(photos.predict('lost.csv'), {message: /lost\.csv:3:1 column "photo" names an image: /});
});

/** A .npy file of little-endian floats or bytes. */
function npy(shape: readonly number[], values: Float32Array | Uint8Array): Buffer {
  const descr = values instanceof Uint8Array ? '|u1' : '<f4';
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(117)}\n`, 'latin1');
  header.writeUInt16LE(118, 8);
  return Buffer.concat([header, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

t.test('arrays: NumPy files, read piece by piece', async (t) => {
  const folder = t.testdir({});
  const {predict} = await train(folder, tinySpec);
  const points = Float32Array.from({length: 202}, (_, i) => Math.sin(i));
  writeFileSync(path.join(folder, 'points.npy'), npy([101, 2], points));
  const rows = rowsOf(await predict('points.npy'));
  t.equal(rows.length, 101);
  t.strictSame(Object.keys(rows[0]!), [
    'row',
    'class',
    'probability',
    'probability_0',
    'probability_1',
    'probability_2',
  ]);
  writeFileSync(path.join(folder, 'one.npy'), npy([1, 2], points.slice(80, 82)));
  const [one] = rowsOf(await predict('one.npy'));
  t.ok(Math.abs(Number(one!.probability) - Number(rows[40]!.probability)) < 1e-6);

  writeFileSync(path.join(folder, 'wide.npy'), npy([5, 3], points.slice(0, 15)));
  const wide = /wide\.npy holds examples of shape \[3\]; the run's model takes \[2\]$/;
  await t.rejects(predict('wide.npy'), {code: 'DATA_INVALID', message: wide});
  points[101] = Number.NaN;
  writeFileSync(path.join(folder, 'nan.npy'), npy([101, 2], points));
  await t.rejects(predict('nan.npy'), {
    code: 'DATA_INVALID',
    message: /nan\.npy: example 50 \(counted from 0\) holds NaN/,
  });
  writeFileSync(path.join(folder, 'points.csv'), 'a,b\n1,2\n');
  await t.rejects(predict('points.csv'), {
    code: 'USAGE',
    message: /nothing that a run trained on synthetic data takes$/,
  });
  mkdirSync(path.join(folder, 'photos'));
  await t.rejects(predict('photos'), {
    code: 'USAGE',
    message: /trained on synthetic data, whose numbers images cannot/,
  });
  const archive = path.resolve(import.meta.dirname, '../data/files/plain.npz');
  await t.rejects(predict(archive), {code: 'USAGE', hint: 'name one with --array'});
  await t.rejects(predict(archive, {array: 'nothing'}), {code: 'DATA_INVALID', message: /has no array "nothing"/});
});

t.test('archives and Parquet files; a table may be of another format than the one trained on', async (t) => {
  const files = path.resolve(import.meta.dirname, '../data/files');
  const folder = t.testdir({});
  for (const name of ['plain.npz', 'packed.npz', 'snappy.parquet', 'gzip.parquet', 'null.parquet'])
    cpSync(path.join(files, name), path.join(folder, name));
  const training =
    'training: {epochs: 1, batchSize: 2, loss: softmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.01}}';
  const npz = `name: archive
data: {source: {type: npz, path: plain.npz, inputs: x_train, targets: y_train}, transforms: [{type: toFloat}]}
model: {layers: [{type: flatten}, {type: dense, units: 3}]}
${training}
`;
  const archive = await train(folder, npz);
  const rows = rowsOf(await archive.predict('plain.npz'));
  t.equal(rows.length, 4, 'the array trained on by default');
  t.equal(await archive.predict('packed.npz', {array: 'x_train'}), await archive.predict('plain.npz'));
  t.strictSame(rowsOf(await archive.predict('plain.npz', {array: 'x_test'})), rows.slice(0, 2));
  await t.rejects(archive.predict('packed.npz', {array: 'zeros'}), {
    message: /\(zeros\) holds examples of shape \[50, 50\]/,
  });

  const parquet = `name: parquet
data: {source: {type: parquet, path: snappy.parquet, target: y, ignore: [small]}}
model: {layers: [{type: dense, units: 2}]}
${training}
`;
  const {predict} = await train(folder, parquet);
  const whole = await predict('snappy.parquet');
  t.equal(rowsOf(whole).length, 5);
  t.equal(await predict('gzip.parquet'), whole);
  const lines = ['a,n,kind,flag', '1.5,1,u,true', '-2,2,v,false', '3,3,u,true', '4,4,w,true', '5,5,v,false', ''];
  writeFileSync(path.join(folder, 'table.csv.gz'), gzipSync(lines.join('\n')));
  t.equal(await predict('table.csv.gz'), whole);
  writeFileSync(path.join(folder, 'table.tsv'), lines.join('\n').replaceAll(',', '\t'));
  t.equal(await predict('table.tsv'), whole);
  const missing = /null\.parquet: row 1 \(counted from 0\): column "a" is null; missing values are not accepted$/;
  await t.rejects(predict('null.parquet'), {code: 'DATA_INVALID', message: missing});
});

t.test('pictures of a fixed size have to have it; numbers are transformed as they were', async (t) => {
  const folder = t.testdir({});
  const text = `name: digits
data: {source: {type: mnist}, limit: {train: 300, test: 50}, transforms: [{type: toFloat}, {type: reshape, shape: [784]}]}
model: {layers: [{type: dense, units: 10}]}
training: {epochs: 1, batchSize: 50, loss: softmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.01}}
`;
  const {predict} = await train(folder, text);
  const pixels = Uint8Array.from({length: 3 * 784}, (_, i) => (i * 7) % 256);
  writeFileSync(path.join(folder, 'digits.npy'), npy([3, 28, 28], pixels));
  const rows = rowsOf(await predict('digits.npy'));
  for (let i = 0; i < 3; i++) {
    const raw = {raw: {height: 28, width: 28, channels: 1 as const}};
    await sharp(pixels.slice(784 * i, 784 * (i + 1)), raw)
      .png()
      .toFile(path.join(folder, `digit${i}.png`));
    const [row] = rowsOf(await predict(`digit${i}.png`));
    t.equal(row!.class, rows[i]!.class);
    t.ok(Math.abs(Number(row!.probability) - Number(rows[i]!.probability)) < 1e-6);
  }
  await sharp(pixels.slice(0, 100), {raw: {height: 10, width: 10, channels: 1}})
    .png()
    .toFile(path.join(folder, 'small.png'));
  const size = /small\.png is 10 × 10 pixels; the run was trained on 28 × 28$/;
  await t.rejects(predict('small.png'), {code: 'DATA_INVALID', message: size});
});

t.test('a language model is told from what has rows', async (t) => {
  const folder = t.testdir({'text.txt': 'to be or not to be, that is the question. '.repeat(20), 'new.txt': 'to be'});
  const text = `name: letters
data: {source: {type: text, path: text.txt, length: 8}}
model: {layers: [{type: embedding, inputDim: 20, outputDim: 4}, {type: dense, units: 20}]}
training: {epochs: 1, batchSize: 8, loss: sparseSoftmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.01}}
`;
  const {predict} = await train(folder, text, ['data.source.vocabulary=20']);
  await t.rejects(predict('new.txt'), {code: 'USAGE', message: /class for each element of a sequence/});
});
