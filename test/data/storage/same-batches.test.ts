import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import type {Split} from '../../../src/data/dataset.js';
import {loadData} from '../../../src/data/load.js';
import type {DataSpec} from '../../../src/data/section.js';
import {Rng} from '../../../src/support/random.js';
import {dataSpec, imageFolderSource} from '../fixtures.js';

const folder = t.testdir({});
process.env.EXP_CACHE_DIR = path.join(folder, 'cache');
for (const kind of ['u', 'v', 'w']) {
  mkdirSync(path.join(folder, 'images', kind), {recursive: true});
  for (let i = 0; i < 9; i++) {
    const background = {r: 25 * i, g: 10 * i, b: kind.charCodeAt(0)};
    const pixels = sharp({create: {width: 5, height: 4, channels: 3, background}});
    writeFileSync(path.join(folder, 'images', kind, `${i}.png`), await pixels.png().toBuffer());
  }
}
const load = (more: Partial<DataSpec>) =>
  loadData(
    dataSpec(imageFolderSource({path: 'images', testFraction: 0.3}), {
      validation: {fraction: 0.25, stratify: true},
      transforms: [{type: 'normalize', fit: 'train'}],
      augment: [
        {type: 'flip', direction: 'horizontal', probability: 0.5},
        {type: 'gaussianNoise', std: 3, probability: 1},
      ],
      ...more,
    }),
    {
      baseDir: folder,
      outputs: {output: {target: 'target', encoding: 'oneHot', classWeights: 'auto'}},
      rng: Rng.fromSeed(3),
    },
  );

const order = Uint32Array.from([5, 2, 7, 1, 3, 0, 4, 9, 8, 6]);
function everything({train, validation, test}: {train: Split; validation?: Split; test?: Split}): unknown[] {
  const lists: unknown[] = [];
  for (const batches of [
    train.batches(4, order, 1),
    train.batches(3, order, 2),
    validation!.batches(2),
    test!.batches(5),
  ]) {
    for (const {size, inputs, targets, weights} of batches)
      lists.push({size, inputs: [...inputs.input!], targets: [...targets.output!], weights: [...weights.output!]});
  }
  return lists;
}

const plain = await load({storage: 'memory', workers: 0});
const expected = everything(plain);
for (const storage of ['memory', 'disk'] as const) {
  for (const workers of [0, 1, 3]) {
    t.test(`${storage}, ${workers} workers`, async (t) => {
      const data = await load({storage, workers});
      t.equal(data.storage, storage);
      t.strictSame(everything(data), expected);
      t.equal(data.fingerprint, plain.fingerprint);
      t.strictSame(data.fitted, plain.fitted);
      await data.dispose();
    });
  }
}
