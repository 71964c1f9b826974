import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import type {DataSpec} from '../../../src/data/section.js';
import {
  collect,
  csvSource,
  dataSpec,
  describe,
  idxBytes,
  idxSource,
  imageFolderSource,
  irisSource,
  load,
  madeFiles,
  parquetSource,
  rejectsWith,
  syntheticSource,
} from '../fixtures.js';

const validation = (spec: Partial<NonNullable<DataSpec['validation']>>) => ({stratify: false, ...spec});
const testSplit = (spec: Partial<NonNullable<DataSpec['testSplit']>>) => ({stratify: false, splitSeed: 0, ...spec});

/** First inputs of the parts; what describing says of them must agree. */
async function partsOf(
  spec: DataSpec,
  folder = '.',
  seed = 1,
): Promise<{train: number[]; validation: number[]; test: number[]}> {
  const data = await load(spec, folder, 'values', seed);
  const {numTrain, numValidation, numTest} = await describe(spec, folder);
  t.match(data.info, {numTrain, numValidation, numTest});
  const inputsOf = (part: typeof data.test): number[] => (part ? collect(part).inputs : []);
  const parts = {train: inputsOf(data.train), validation: inputsOf(data.validation), test: inputsOf(data.test)};
  t.strictSame([parts.train.length, parts.validation.length, parts.test.length], [numTrain, numValidation, numTest]);
  return parts;
}

/** A table whose only input is its row number. */
function withTable(folder: string): string {
  const rows = Array.from({length: 20}, (_, row) => {
    const part = row < 12 ? 'train' : row < 16 ? 'val' : 'test';
    const day = `2024-01-${String(((row * 7) % 20) + 1).padStart(2, '0')}`;
    return `${row},${part},${day},P${row % 5},${row / 2}`;
  });
  writeFileSync(path.join(folder, 'table.csv'), `a,part,day,patient,y\n${rows.join('\n')}\n`);
  return folder;
}

const rows = (...ranges: readonly (readonly [number, number])[]): number[] =>
  ranges.flatMap(([start, end]) => Array.from({length: end - start}, (_, i) => start + i));

t.test('columns of a table say which rows are held out, and are no inputs', async (t) => {
  const folder = withTable(t.testdir());
  const source = csvSource({ignore: ['day', 'patient']});
  const parts = dataSpec(source, {
    validation: validation({column: 'part', value: 'val'}),
    testSplit: testSplit({column: 'part', value: 'test'}),
  });
  t.strictSame(await partsOf(parts, folder), {train: rows([0, 12]), validation: rows([12, 16]), test: rows([16, 20])});
  t.strictSame(await partsOf({...parts, limit: {train: 8, test: 2}}, folder), {
    train: [0, 2, 4, 6, 8, 10],
    validation: [12, 14],
    test: [16, 18],
  });
});

t.test('by time: the test set is the newest, the validation set the newest of the rest', async (t) => {
  const folder = withTable(t.testdir());
  const spec = dataSpec(csvSource({ignore: ['part', 'patient']}), {
    validation: validation({time: 'day', fraction: 0.25}),
    testSplit: testSplit({time: 'day', from: '2024-01-17'}),
  });
  const dayOf = (row: number): number => ((row * 7) % 20) + 1;
  const {train, validation: held, test} = await partsOf(spec, folder);
  t.strictSame(
    [...test].map(dayOf).sort((a, b) => a - b),
    [17, 18, 19, 20],
  );
  t.strictSame(
    [...held].map(dayOf).sort((a, b) => a - b),
    [13, 14, 15, 16],
  );
  t.equal(train.length, 12);
});

t.test('by times that a format has as times', async (t) => {
  const source = parquetSource({path: 'time.parquet', ignore: ['small', 'kind', 'flag']});
  const spec = dataSpec(source, {validation: validation({time: 'a', fraction: 0.4})});
  t.strictSame(await partsOf(spec, madeFiles), {train: [1, 2, 3], validation: [4, 5], test: []});
  const from = dataSpec(source, {validation: validation({time: 'a', from: '1970-01-01T00:00:00.004Z'})});
  t.strictSame((await partsOf(from, madeFiles)).validation, [5]);
});

t.test('groups of a table, by draws and by hash, an ignored column too', async (t) => {
  const folder = withTable(t.testdir());
  const source = csvSource({ignore: ['part', 'day', 'patient']});
  for (const by of [undefined, 'hash'] as const) {
    for (let fold = 1; fold <= 2; fold++) {
      const spec = dataSpec(source, {validation: validation({kFold: 2, fold, group: 'patient', ...(by ? {by} : {})})});
      const {train, validation: held} = await partsOf(spec, folder);
      t.equal(new Set([...train.map((row) => row % 5), ...held.map((row) => 5 + (row % 5))]).size, 5);
    }
  }
});

t.test('rows by hash: the target and the order do not matter', async (t) => {
  const write = (numbers: readonly number[], target: (row: number) => number): string => {
    const folder = t.testdir();
    writeFileSync(path.join(folder, 'table.csv'), `a,y\n${numbers.map((row) => `${row},${target(row)}`).join('\n')}\n`);
    return folder;
  };
  const spec = dataSpec(csvSource(), {validation: validation({by: 'hash', fraction: 0.3})});
  const before = await partsOf(
    spec,
    write(rows([0, 100]), (row) => row),
  );
  const after = await partsOf(
    spec,
    write(rows([0, 150]).reverse(), (row) => -row),
    2,
  );
  t.strictSame(after.validation.filter((row) => row < 100).reverse(), before.validation);
  t.ok(Math.abs(before.validation.length - 30) < 20);
});

t.test('arrays by hash of what they hold', async (t) => {
  const write = (numbers: readonly number[]): string => {
    const folder = t.testdir({
      'images.idx': idxBytes(8, [numbers.length, 1], numbers),
      'labels.idx': idxBytes(
        8,
        [numbers.length],
        numbers.map((number) => number % 2),
      ),
    });
    return folder;
  };
  const spec = dataSpec(idxSource(), {validation: validation({by: 'hash', kFold: 4, fold: 3})});
  const before = await partsOf(spec, write(rows([0, 100])));
  const after = await partsOf(spec, write(rows([0, 200]).reverse()));
  t.strictSame(after.validation.filter((number) => number < 100).reverse(), before.validation);
});

t.test('imageFolder by hash of names: no picture is decoded to describe it', async (t) => {
  const folder = t.testdir();
  for (const name of ['a', 'b']) {
    mkdirSync(path.join(folder, name));
    for (let i = 0; i < 50; i++) writeFileSync(path.join(folder, name, `${i}.png`), 'no picture');
  }
  const spec = dataSpec(imageFolderSource(), {validation: validation({by: 'hash', fraction: 0.3})});
  const {numTrain, numValidation} = await describe(spec, folder);
  t.equal(numTrain + numValidation, 100);
  t.ok(Math.abs(numValidation - 30) < 20);
});

t.test('imageFolder does not decode the pictures that a limit leaves out', async (t) => {
  const folder = t.testdir();
  const picture = await sharp({create: {width: 2, height: 2, channels: 3, background: {r: 9, g: 9, b: 9}}})
    .png()
    .toBuffer();
  for (const name of ['a', 'b']) {
    mkdirSync(path.join(folder, name));
    // Of 8 files 2 evenly spaced ones are the first and the fifth, the first of each class.
    for (let i = 0; i < 4; i++) writeFileSync(path.join(folder, name, `${i}.png`), i === 0 ? picture : 'no picture');
  }
  const data = await load(dataSpec(imageFolderSource(), {limit: {train: 2}}), folder);
  t.strictSame(collect(data.train).targets, [0, 1]);
  t.strictSame(collect(data.train).inputs, Array(24).fill(9));
  await t.rejects(load(dataSpec(imageFolderSource(), {limit: {train: 3}}), folder), {code: 'DATA_INVALID'});
  const drawn = dataSpec(imageFolderSource(), {limit: {train: 2}, testSplit: testSplit({fraction: 0.5, by: 'order'})});
  t.match(await describe(drawn, folder), {numTrain: 2, numTest: 4}, 'a limit comes after the test set');
});

t.test('a test set of a source that has none', async (t) => {
  const n = 40;
  const folder = t.testdir({
    'images.idx': idxBytes(8, [n, 1], rows([0, n])),
    'labels.idx': idxBytes(
      8,
      [n],
      rows([0, n]).map((number) => (number < 10 ? 1 : 0)),
    ),
  });
  const last = dataSpec(idxSource(), {
    testSplit: testSplit({fraction: 0.25, by: 'order'}),
    validation: validation({fraction: 0.1}),
  });
  const {train, validation: held, test} = await partsOf(last, folder);
  t.strictSame(test, rows([30, 40]));
  t.equal(held.length, 3);
  t.strictSame(
    [...train, ...held].sort((a, b) => a - b),
    rows([0, 30]),
  );

  const stratified = dataSpec(idxSource(), {testSplit: testSplit({fraction: 0.2, stratify: true})});
  const first = await partsOf(stratified, folder, 1);
  t.equal(first.test.filter((number) => number < 10).length, 2, 'a quarter of 8 are of the class that a quarter is');
  t.strictSame((await partsOf(stratified, folder, 2)).test, first.test, "the run's seed does not matter");
  t.notSame(
    (await partsOf({...stratified, testSplit: testSplit({fraction: 0.2, splitSeed: 1})}, folder)).test,
    first.test,
  );
});

t.test('folds of one data set', async (t) => {
  const held: number[] = [];
  for (let fold = 1; fold <= 5; fold++) {
    const spec = dataSpec(irisSource(0.2), {validation: validation({kFold: 5, fold, stratify: true})});
    const data = await load(spec, undefined, 'classIndex', fold);
    t.match(data.info, {numTrain: 96, numValidation: 24, numTest: 30});
    const {inputs, targets} = collect(data.validation!);
    t.strictSame(
      [0, 1, 2].map((label) => targets.filter((target) => target === label).length),
      [8, 8, 8],
    );
    held.push(...inputs);
  }
  const whole = await load(dataSpec(irisSource(0.2)));
  t.strictSame(
    held.sort((a, b) => a - b),
    collect(whole.train).inputs.sort((a, b) => a - b),
    'all of them, once',
  );
});

t.test('sections that make no sense for their source', async (t) => {
  const folder = withTable(t.testdir());
  const table = csvSource({ignore: ['part']});
  const cases: readonly (readonly [DataSpec, string, string | undefined])[] = [
    [
      dataSpec(syntheticSource(), {validation: validation({fraction: 0.2, group: 'patient'})}),
      'data.validation.group names a column, but the source synthetic has none',
      'csv, jsonl and parquet tables have columns',
    ],
    [
      dataSpec(irisSource(), {testSplit: testSplit({fraction: 0.2})}),
      'data.testSplit and data.source both give a test set; the source has 30 examples',
      'drop one of them',
    ],
    [
      dataSpec(table, {validation: validation({fraction: 0.2, group: 'y'})}),
      'data.validation.group names "y", which is a target',
      undefined,
    ],
    [
      dataSpec(table, {testSplit: testSplit({fraction: 0.2, stratify: true})}),
      'data.testSplit.stratify needs classes; this data has real targets of shape [1]',
      'drop stratify',
    ],
    [
      dataSpec({...table, splitBy: 'patient'}, {validation: validation({fraction: 0.2, time: 'day'})}),
      'data.validation.time does not go with data.source.splitBy',
      'drop one of them',
    ],
    [
      dataSpec({...table, splitBy: 'patient'}, {testSplit: testSplit({fraction: 0.2})}),
      'data.testSplit does not go with data.source.splitBy',
      'write testFraction in data.source',
    ],
    [
      dataSpec(table, {validation: validation({kFold: 6, group: 'patient'})}),
      'data.validation.kFold is 6, but the column "patient" has only 5 different values',
      'write 5 or less',
    ],
    [
      dataSpec({...table, splitBy: 'patient'}, {validation: validation({kFold: 40})}),
      'data.validation.kFold is 40, but there are only 20 training examples',
      'write 20 or less',
    ],
    [
      dataSpec(table, {validation: validation({kFold: 20, fold: 2, group: 'patient', by: 'hash'})}),
      'data.validation.kFold is 20; fold 2 would be empty',
      'write fewer folds',
    ],
  ];
  for (const [spec, message, hint] of cases) {
    await rejectsWith(describe(spec, folder), {code: 'SPEC_INVALID', message, hint});
    await rejectsWith(load(spec, folder), {code: 'SPEC_INVALID', message, hint});
  }
  await t.rejects(describe(dataSpec(table, {validation: validation({fraction: 0.2, time: 'dya'})}), folder), {
    code: 'DATA_INVALID',
    message: /has no column "dya" \(data\.validation\.time\); its columns are a, part, day, patient, y$/,
    hint: 'did you mean day?',
  });
});
