import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type {Batch} from '../../src/data/dataset.js';
import {loadData} from '../../src/data/load.js';
import type {DataSpec} from '../../src/data/section.js';
import {Rng} from '../../src/support/random.js';
import {dataSpec, idxBytes, idxSource} from './fixtures.js';

const pixels = Array.from({length: 6 * 12}, (_, i) => (i * 37) % 256);

t.test('an output that learns an input gets it as the layers do: augmented and transformed', async (t) => {
  const baseDir = t.testdir({});
  writeFileSync(path.join(baseDir, 'images.idx'), idxBytes(8, [6, 4, 3], pixels));
  writeFileSync(path.join(baseDir, 'labels.idx'), idxBytes(8, [6], [0, 1, 2, 0, 1, 2]));
  const load = (more: Partial<DataSpec>) =>
    loadData(
      dataSpec(idxSource(), {
        transforms: [{type: 'toFloat'}, {type: 'reshape', shape: [12]}],
        augment: [{type: 'brightness', amount: 0.5, probability: 1}],
        validation: {fraction: 0.34, stratify: false, by: 'random'},
        ...more,
      }),
      {
        baseDir,
        rng: Rng.fromSeed(3),
        outputs: {
          image: {target: 'input', encoding: 'values'},
          digit: {target: 'target', encoding: 'oneHot', classWeights: [1, 2, 3]},
        },
      },
    );
  for (const more of [{}, {storage: 'disk'}, {workers: 2}] as const) {
    const {train, validation, info, dispose} = await load(more);
    t.same(info.inputs.input!.shape, [12]);
    let numSeen = 0;
    const check = (batch: Batch): void => {
      t.same(batch.targets.image, batch.inputs.input, `${JSON.stringify(more)}: what goes in has to come out`);
      t.equal(batch.targets.digit!.length, 3 * batch.size, 'the other output learns its classes');
      t.ok(batch.inputs.input!.every((value) => value >= 0 && value <= 1));
      numSeen += batch.size;
    };
    for (const batch of train.batches(3, undefined, 1)) check(batch);
    for (const batch of validation!.batches(4)) check(batch);
    t.equal(numSeen, 6);
    await dispose();
  }
});
