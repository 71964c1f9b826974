import {readFileSync} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import t from 'tap';
import {showData} from '../../src/experiment/show-data.js';
import {withTinySpec} from '../commands/cli.js';
import {rejectsWith} from '../data/fixtures.js';

const mnist = path.resolve(import.meta.dirname, '../../experiments/mnist-cnn.yaml');
const few = 'data.limit={train: 200, test: 10}';
const flipped = 'data.augment=[{type: flip, probability: 1}]';

t.test('a row for each example: as stored, then as epochs see it', async (t) => {
  const folder = t.testdir({});
  const out = path.join(folder, 'data.png');
  const request = {spec: mnist, overrides: [few, flipped, 'training.batchSize=10'], out, numExamples: 3};
  t.strictSame(await showData(request), {
    path: out,
    width: 8 * 90 + 6,
    height: 3 * 101 + 6,
    numExamples: 3,
    numEpochs: 7,
  });
  const bytes = readFileSync(out);
  const {data, info} = await sharp(bytes).raw().toBuffer({resolveWithObject: true});
  const tile = (column: number): number[] =>
    Array.from(
      {length: 84 * 84},
      (_, i) => data[3 * ((6 + Math.floor(i / 84)) * info.width + 6 + 90 * column + (i % 84))]!,
    );
  const mirrored = tile(0).map((_, i, all) => all[84 * Math.floor(i / 84) + 83 - (i % 84)]!);
  t.ok(
    tile(0).some((value, i) => value !== mirrored[i]),
    'the digit is not symmetric',
  );
  for (const epoch of [1, 7]) t.strictSame(tile(epoch), mirrored, `epoch ${epoch}`);
  await showData(request);
  t.ok(bytes.equals(readFileSync(out)), 'the same picture again');
});

t.test('mixtures have their classes and shares below them', async (t) => {
  const out = path.join(t.testdir({}), 'data.png');
  const overrides = [few, 'data.augment=[{type: mixup, alpha: 1}]', 'training.batchSize=10'];
  const request = {spec: mnist, overrides, out, numExamples: 3};
  // Two lines more than without, of 9 pixels each.
  t.match(await showData(request), {width: 8 * 90 + 6, height: 3 * (101 + 18) + 6, numExamples: 3, numEpochs: 7});
  const bytes = readFileSync(out);
  await showData(request);
  t.ok(bytes.equals(readFileSync(out)), 'the same picture again');
});

t.test('without augmentation, a plain sheet; never more than there are', async (t) => {
  const out = path.join(t.testdir({}), 'data.png');
  const overrides = ['data.limit={train: 20, test: 10}', 'training.batchSize=10'];
  t.match(await showData({spec: mnist, overrides, out, numExamples: 100}), {numExamples: 20, numEpochs: 0, width: 726});
});

t.test('data that are no pictures, a folder that is not there', async (t) => {
  const folder = withTinySpec(path.join(t.testdir({}), 'x'));
  const spec = path.join(folder, 'tiny.yaml');
  await rejectsWith(showData({spec, overrides: [], out: 'x.png', numExamples: 3}), {
    code: 'SPEC_INVALID',
    message: 'exp show-data draws pictures [height, width, 1 or 3]; this source gives examples of shape [2]',
    hint: undefined,
  });
  const out = path.join(folder, 'none/x.png');
  await t.rejects(showData({spec: mnist, overrides: [few, 'training.batchSize=10'], out, numExamples: 3}), {
    code: 'RUN_UNWRITABLE',
    message: new RegExp(`^${out} cannot be written: ENOENT`),
    hint: 'name another file with --out',
  });
});
