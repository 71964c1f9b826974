/** Wherever examples are kept and whoever makes the batches, the batches are the same. */
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import sharp from 'sharp';
import t from 'tap';
import type {Split} from '../../../src/data/dataset.js';
import {loadData} from '../../../src/data/load.js';
import type {DataSpec} from '../../../src/data/section.js';
import {decodedFolder} from '../../../src/data/storage/decoded-cache.js';
import {Rng} from '../../../src/support/random.js';
import {
  csvSource,
  dataSpec,
  idxBytes,
  idxSource,
  imageFolderSource,
  jsonlSource,
  madeFiles,
  npySource,
  npzSource,
  parquetSource,
} from '../fixtures.js';

t.setTimeout(200_000); // threads start slowly from TypeScript
const folder = t.testdir({});
process.env.EXP_CACHE_DIR = path.join(folder, 'cache');

for (const kind of ['u', 'v', 'w']) {
  mkdirSync(path.join(folder, 'images', kind), {recursive: true});
  for (let i = 0; i < 5; i++) {
    const background = {r: 25 * i, g: 10 * i, b: kind.charCodeAt(0)};
    const pixels = sharp({create: {width: 5, height: 4, channels: 3, background}});
    writeFileSync(path.join(folder, 'images', kind, `${i}.png`), await pixels.png().toBuffer());
  }
}
/** More rows than are encoded, or gathered for the file, at a time. */
const rows = Array.from({length: 9000}, (_, row) => {
  const word = row % 97 === 5 ? '' : `w${row % 11}`;
  return {a: row / 3, word, file: `images/u/${row % 5}.png`, group: `g${row % 400}`, y: row % 3 ? 'yes' : 'no'};
});
const csvText = ['a,word,file,group,y', ...rows.map((row) => Object.values(row).join(','))].join('\n');
writeFileSync(path.join(folder, 'table.csv'), csvText);
writeFileSync(path.join(folder, 'table.csv.gz'), gzipSync(csvText));
writeFileSync(path.join(folder, 'few.csv'), csvText.split('\n').slice(0, 20).join('\n'));
writeFileSync(path.join(folder, 'table.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
for (const file of ['snappy.parquet', 'fortran.npy', 'labels.npy', 'u2.npy', 'f8.npy', 'packed.npz'])
  copyFileSync(path.join(madeFiles, file), path.join(folder, file));
const pixels = Array.from({length: 54}, (_, i) => 4 * i);
writeFileSync(path.join(folder, 'images.idx'), idxBytes(8, [9, 2, 3], pixels));
writeFileSync(path.join(folder, 'floats.idx'), idxBytes(13, [9, 2, 3], pixels));
const npyHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2, 3), }\n";
writeFileSync(
  path.join(folder, 'f4.npy'),
  Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([npyHeader.length, 0]),
    Buffer.from(npyHeader),
    Buffer.from(Float32Array.from(pixels.slice(0, 24), (value) => value / 7).buffer),
  ]),
);
writeFileSync(path.join(folder, 'labels.idx'), idxBytes(8, [9], [0, 1, 2, 0, 1, 2, 0, 1, 2]));

const table = {
  columns: {
    a: {type: 'numeric', scale: 'standardize'},
    word: {type: 'categorical', impute: 'mostFrequent'},
  },
  ignore: ['file'],
  splitBy: 'group',
  testFraction: 0.2,
} satisfies Partial<Parameters<typeof csvSource>[0]>;
const held = {validation: {fraction: 0.25, stratify: false}} satisfies Partial<DataSpec>;

const cases: Readonly<Record<string, DataSpec>> = {
  images: dataSpec(imageFolderSource({path: 'images', testFraction: 0.3}), {
    validation: {fraction: 0.25, stratify: true},
    transforms: [{type: 'normalize', fit: 'train'}],
    augment: [
      {type: 'flip', direction: 'horizontal', probability: 0.5},
      {type: 'gaussianNoise', std: 3, probability: 1},
    ],
  }),
  csv: dataSpec(csvSource(table), held),
  pictures: dataSpec(
    csvSource({path: 'few.csv', columns: {file: {type: 'image', size: [2, 2]}}, inputs: {i: 'file', a: 'a'}}),
    {
      transforms: [{type: 'toFloat', input: 'i'}],
    },
  ),
  gzip: dataSpec(
    csvSource({
      path: 'table.csv.gz',
      ignore: ['file', 'group'],
      columns: {word: {type: 'text'}},
      inputs: {t: 'word'},
    }),
    held,
  ),
  jsonl: dataSpec(jsonlSource(table), {...held, limit: {train: 5000}}),
  parquet: dataSpec(parquetSource({path: 'snappy.parquet', testFraction: 0.4, unknownCategories: 'zeros'})),
  idx: dataSpec(idxSource(), held),
  floats: dataSpec(idxSource({images: 'floats.idx', testImages: 'floats.idx', testLabels: 'labels.idx'})),
  direct: dataSpec(npySource({inputs: 'f4.npy', targets: 'labels.npy'}), held),
  fortran: dataSpec(npySource({inputs: 'fortran.npy', targets: 'labels.npy'}), held),
  npy: dataSpec(npySource({inputs: 'u2.npy', targets: 'f8.npy', testInputs: 'u2.npy', testTargets: 'f8.npy'})),
  npz: dataSpec(npzSource({path: 'packed.npz', inputs: 'zeros'})),
};

const load = (spec: DataSpec, more: Partial<DataSpec>) =>
  loadData(
    {...spec, ...more},
    {
      baseDir: folder,
      outputs: {
        output: {encoding: spec.source.type === 'npy' && spec.source.targets === 'f8.npy' ? 'values' : 'classIndex'},
      },
      rng: Rng.fromSeed(3),
    },
  );

type Parts = Awaited<ReturnType<typeof load>>;

function everything({train, validation, test}: Parts): unknown[] {
  const order = (split: Split, epoch: number): Uint32Array =>
    Rng.fromSeed(epoch).shuffle(Uint32Array.from({length: split.numExamples}, (_, i) => i));
  const size = Math.max(2, Math.floor(train.numExamples / 3) - 1);
  return [
    train.batches(size, order(train, 1), 1),
    train.batches(size + 1, order(train, 2), 2),
    validation?.batches(size) ?? [],
    test?.batches(2 * size) ?? [],
  ].map((batches) =>
    Array.from(batches, ({size, inputs, targets, weights}) => ({
      size,
      inputs: Object.entries(inputs).map(([name, values]) => [name, values.length, digest(values)]),
      targets: digest(targets.output!),
      weights,
    })),
  );
}

/** Comparing a million numbers one by one takes tap minutes. */
const digest = (values: Float32Array): string => createHash('sha256').update(values).digest('hex');

for (const [name, spec] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const plain = await load(spec, {storage: 'memory', workers: 0});
    const expected = everything(plain);
    // The second time, files of the cache are found.
    for (const [storage, workers] of [
      ['disk', 0],
      ['disk', 1],
      ...(name === 'images' ? ([['disk', 3]] as const) : []),
      ...(name === 'images' || name === 'csv' ? ([['memory', 1]] as const) : []),
    ] as const) {
      const data = await load(spec, {storage, workers});
      t.equal(data.storage, storage);
      t.strictSame(everything(data), expected, `${storage}, ${workers} workers`);
      t.equal(data.fingerprint, plain.fingerprint);
      t.strictSame(data.fitted, plain.fitted);
      t.strictSame(data.info, plain.info);
      await data.dispose();
    }
  });
}

t.test('nothing unfinished is left in the cache', async (t) => {
  t.ok(readdirSync(decodedFolder()).every((name) => /^[0-9a-f]{64}$/.test(name)));
});

t.test('errors of rows have their places, decoded now or earlier', async (t) => {
  const file = path.join(folder, 'late.csv');
  writeFileSync(
    file,
    ['a,y', ...Array.from({length: 9000}, (_, row) => `w${row === 8500 ? 1 : 0},${row % 2 ? 'n' : 'm'}`)].join('\n'),
  );
  const late = dataSpec(csvSource({path: 'late.csv', testPath: 'late-test.csv'}), {storage: 'disk', workers: 0});
  writeFileSync(path.join(folder, 'late-test.csv'), `a,y\n${'w0,n\n'.repeat(8400)}w2,m\n`);
  for (let time = 0; time < 2; time++) {
    await t.rejects(load(late, {}), {
      code: 'DATA_INVALID',
      message: /late-test\.csv:8402:1 column "a" has the category "w2"/,
    });
  }
});
