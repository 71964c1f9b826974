import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import type {DataSpec} from '../../src/data/section.js';
import {sources} from '../../src/data/sources/index.js';
import {sizeOf} from '../../src/support/tensor.js';
import {
  collect,
  csvSource,
  dataSpec,
  describe,
  idxBytes,
  idxSource,
  imageFolderSource,
  irisSource,
  jsonlSource,
  load,
  madeFiles,
  npySource,
  npzSource,
  parquetSource,
  plainInfo,
  syntheticSource,
  textSource,
} from './fixtures.js';

const folder = t.testdir({
  'text.txt': 'one for sorrow, two for joy, three for a girl',
  'table.csv': 'a,kind,y\n1,u,no\n2,v,yes\n3,u,yes\n4,w,no\n5,v,no\n6,u,yes\n7,w,yes\n',
  'table.jsonl': ['u', 'v', 'u', 'w', 'v'].map((kind, a) => JSON.stringify({a, kind, y: a % 2 > 0})).join('\n'),
});
for (const file of ['snappy.parquet', 'fortran.npy', 'labels.npy', 'u2.npy', 'f8.npy', 'plain.npz', 'packed.npz'])
  copyFileSync(path.join(madeFiles, file), path.join(folder, file));
writeFileSync(
  path.join(folder, 'images.idx'),
  idxBytes(
    8,
    [9, 2, 3],
    Array.from({length: 54}, (_, i) => 4 * i),
  ),
);
writeFileSync(path.join(folder, 'labels.idx'), idxBytes(8, [9], [0, 1, 2, 0, 1, 2, 0, 1, 2]));
for (const kind of ['u', 'v', 'w']) {
  mkdirSync(path.join(folder, 'images', kind), {recursive: true});
  for (const i of [0, 1, 2, 3]) {
    const background = {r: 60 * i, g: 10, b: kind.charCodeAt(0)};
    const pixels = sharp({create: {width: 5, height: 4, channels: 3, background}});
    writeFileSync(path.join(folder, 'images', kind, `${i}.png`), await pixels.png().toBuffer());
  }
}

/** Sets that are downloaded: named-sets.test.ts has small ones of the same format. */
const downloaded = ['fashionMnist', 'cifar10', 'cifar100'] as const;

/** Every other source, by its registry's name: a new one needs a line here. Small limits keep the suite quick. */
const cases: Record<Exclude<keyof typeof sources, (typeof downloaded)[number]>, Record<string, DataSpec>> = {
  mnist: {
    all: dataSpec({type: 'mnist'}, {limit: {train: 95, test: 40}, transforms: [{type: 'toFloat'}]}),
    heldOut: dataSpec({type: 'mnist'}, {limit: {train: 95, test: 9}, validation: {fraction: 0.1, stratify: true}}),
  },
  iris: {
    all: dataSpec(irisSource()),
    fitted: dataSpec(irisSource(0.5), {
      transforms: [{type: 'normalize', fit: 'train'}],
      validation: {fraction: 0.25, stratify: false},
    }),
  },
  synthetic: {
    xor: dataSpec(syntheticSource({pattern: 'xor', numExamples: 4, noise: 0})),
    blobs: dataSpec(syntheticSource({pattern: 'blobs', numTest: 7, numClasses: 3, numFeatures: 5})),
    spirals: dataSpec(syntheticSource({pattern: 'spirals', numClasses: 300, numExamples: 301})),
    linear: dataSpec(syntheticSource({pattern: 'linear', numFeatures: 3, numTest: 2})),
  },
  csv: {
    all: dataSpec(csvSource()),
    split: dataSpec(csvSource({testFraction: 0.3, unknownCategories: 'zeros'})),
    grouped: dataSpec(csvSource({splitBy: 'a', testFraction: 0.4, unknownCategories: 'zeros'}), {
      validation: {fraction: 0.4, stratify: false},
    }),
    regression: dataSpec(csvSource({target: 'a'}), {transforms: [{type: 'reshape', shape: [-1, 1]}]}),
  },
  jsonl: {
    all: dataSpec(jsonlSource()),
    split: dataSpec(jsonlSource({testFraction: 0.3, unknownCategories: 'zeros'})),
    regression: dataSpec(jsonlSource({target: 'a'})),
  },
  parquet: {
    all: dataSpec(parquetSource({path: 'snappy.parquet'})),
    split: dataSpec(parquetSource({path: 'snappy.parquet', testFraction: 0.4, unknownCategories: 'zeros'})),
    regression: dataSpec(parquetSource({path: 'snappy.parquet', target: ['a', 'n']})),
  },
  text: {
    all: dataSpec(textSource({length: 5, stride: 2, testFraction: 0.3}), {
      validation: {fraction: 0.3, stratify: false},
    }),
    bytes: dataSpec(textSource({tokens: 'byte', length: 4})),
  },
  npy: {
    all: dataSpec(npySource({inputs: 'fortran.npy', targets: 'labels.npy'}), {
      validation: {fraction: 0.5, stratify: false},
    }),
    regression: dataSpec(npySource({inputs: 'u2.npy', targets: 'f8.npy', testInputs: 'u2.npy', testTargets: 'f8.npy'})),
  },
  npz: {
    all: dataSpec(npzSource({path: 'plain.npz', testInputs: 'x_test', testTargets: 'y_test'})),
    packed: dataSpec(npzSource({path: 'packed.npz', inputs: 'zeros'})),
  },
  imageFolder: {
    all: dataSpec(imageFolderSource({path: 'images'}), {validation: {fraction: 0.25, stratify: true}}),
    split: dataSpec(imageFolderSource({path: 'images', testFraction: 0.3, channels: 1, fit: 'contain'})),
  },
  idx: {
    all: dataSpec(idxSource()),
    tested: dataSpec(idxSource({testImages: 'images.idx', testLabels: 'labels.idx'}), {limit: {train: 6, test: 3}}),
  },
};

t.strictSame(
  [...Object.keys(cases), ...downloaded].sort(),
  Object.keys(sources).sort(),
  'the suite covers every source',
);

for (const [name, specs] of Object.entries(cases)) {
  for (const [label, spec] of Object.entries(specs)) {
    t.test(`${name}, ${label}`, async (t) => {
      const described = await describe(spec, folder);
      const isRegression = plainInfo(described).task === 'regression';
      const data = await load(spec, folder, isRegression ? 'values' : 'classIndex');
      t.strictSame(data.info, described, 'describing gives what loading gives');
      t.match(data.fingerprint, /^[0-9a-f]{64}$/);
      t.equal(data.train.numExamples, data.info.numTrain);
      t.equal(data.validation?.numExamples ?? 0, data.info.numValidation);
      t.equal(data.test?.numExamples ?? 0, data.info.numTest);

      const inputSize = sizeOf(plainInfo(data.info).inputShape);
      const targetSize = sizeOf(plainInfo(data.info).targetShape);
      for (const split of [data.train, data.validation, data.test]) {
        if (!split) continue;
        const whole = collect(split);
        t.equal(whole.inputs.length, split.numExamples * inputSize);
        t.equal(whole.targets.length, split.numExamples * targetSize);
        t.ok(whole.inputs.every(Number.isFinite) && whole.targets.every(Number.isFinite), 'all numbers are finite');
        if (!isRegression) {
          const {numClasses} = plainInfo(data.info);
          t.ok(whole.targets.every((target) => Number.isInteger(target) && target >= 0 && target < numClasses!));
        }

        const batchSize = Math.max(2, Math.floor(split.numExamples / 2) - 1);
        const inPieces = collect(split, batchSize);
        t.strictSame(inPieces.inputs, whole.inputs, 'batches hold every example once, in order');
        t.strictSame(inPieces.targets, whole.targets);
        const numFull = Math.floor(split.numExamples / batchSize);
        const rest = split.numExamples % batchSize;
        t.strictSame(inPieces.sizes, [...Array<number>(numFull).fill(batchSize), ...(rest ? [rest] : [])]);

        const backwards = Uint32Array.from({length: split.numExamples}, (_, i) => split.numExamples - 1 - i);
        const reversed = collect(split, batchSize, backwards);
        t.strictSame(reversed.inputs, reverseRows(whole.inputs, inputSize), 'the order is respected');
        t.strictSame(reversed.targets, reverseRows(whole.targets, targetSize));
      }

      const again = await load(spec, folder, isRegression ? 'values' : 'classIndex');
      t.equal(again.fingerprint, data.fingerprint, 'equal data, equal fingerprint');
      t.strictSame(again.fitted, data.fitted);
      t.strictSame(collect(again.train), collect(data.train), 'equal seed, equal examples');
      if (!isRegression) {
        const oneHot = collect((await load(spec, folder, 'oneHot')).train).targets;
        const {numClasses, numTrain} = plainInfo(data.info);
        const rows = collect(data.train).targets.map((target) =>
          Array.from({length: numClasses!}, (_, i) => (i === target ? 1 : 0)),
        );
        t.equal(oneHot.length, numTrain * targetSize * numClasses!);
        t.strictSame(oneHot, rows.flat(), 'one-hot rows say the same');
      }
    });
  }
}

function reverseRows(values: readonly number[], size: number): number[] {
  const numRows = values.length / size;
  return Array.from({length: numRows}, (_, i) => values.slice((numRows - 1 - i) * size, (numRows - i) * size)).flat();
}
