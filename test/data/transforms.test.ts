import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t, {type Test} from 'tap';
import type {DataSpec} from '../../src/data/section.js';
import {transforms} from '../../src/data/transforms/index.js';
import {Rng} from '../../src/support/random.js';
import {
  collect,
  dataSpec,
  describe,
  idxBytes,
  idxSource,
  irisSource,
  load,
  plainInfo,
  rejectsWith,
  syntheticSource,
} from './fixtures.js';

/** Computed by NumPy: test/reference/data.py. */
const reference = JSON.parse(readFileSync(path.join(import.meta.dirname, '../reference/data.json'), 'utf8')) as {
  images: number[];
  shape: number[];
  mean: number[];
  std: number[];
  normalized: number[];
  iris: {mean: number[]; std: number[]};
};

const folder = t.testdir({});
const count = reference.shape[0]!;
writeFileSync(path.join(folder, 'images.idx'), idxBytes(8, reference.shape, reference.images));
writeFileSync(
  path.join(folder, 'labels.idx'),
  idxBytes(
    8,
    [count],
    Array.from({length: count}, (_, i) => i % 2),
  ),
);

function closeTo(t: Test, got: readonly number[], expected: readonly number[], tolerance: number): void {
  t.equal(got.length, expected.length);
  const worst = Math.max(
    ...got.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
  t.ok(worst <= tolerance, `largest relative error ${worst}`);
}

const withTransforms = (list: DataSpec['transforms'], more: Partial<DataSpec> = {}) =>
  dataSpec(idxSource(), {transforms: list, ...more});

t.test('the registry spells its names as the definitions do', async (t) => {
  for (const [name, definition] of Object.entries(transforms)) t.equal(definition.type, name);
});

t.test('rescale and toFloat', async (t) => {
  const data = await load(withTransforms([{type: 'rescale', scale: 0.5, offset: -3}]), folder);
  t.strictSame(
    collect(data.train).inputs,
    reference.images.map((value) => value * 0.5 - 3),
    'exact in binary',
  );
  const floats = await load(withTransforms([{type: 'toFloat'}]), folder);
  t.strictSame(
    collect(floats.train).inputs,
    reference.images.map((value) => Math.fround(value / 255)),
  );
});

t.test('normalize with given numbers, one or per channel', async (t) => {
  const one = await load(withTransforms([{type: 'normalize', mean: 128, std: 64}]), folder);
  t.strictSame(
    collect(one.train).inputs,
    reference.images.map((value) => (value - 128) / 64),
    'exact in binary',
  );
  const {mean, std} = reference;
  const each = await load(withTransforms([{type: 'normalize', mean, std}]), folder);
  closeTo(t, collect(each.train, 5).inputs, reference.normalized, 1e-6);
});

t.test('normalize learns what NumPy computes', async (t) => {
  const data = await load(withTransforms([{type: 'normalize', fit: 'train'}]), folder);
  const {mean, std} = data.fitted['data.transforms[0]'] as {mean: number[]; std: number[]};
  closeTo(t, mean, reference.mean, 1e-12);
  closeTo(t, std, reference.std, 1e-12);
  closeTo(t, collect(data.train, 5).inputs, reference.normalized, 1e-6);
});

t.test('normalize learns what earlier transforms leave', async (t) => {
  const list: DataSpec['transforms'] = [
    {type: 'rescale', scale: 2, offset: 1},
    {type: 'reshape', shape: [-1, 2]},
    {type: 'normalize', fit: 'train'},
  ];
  const data = await load(withTransforms(list), folder);
  t.strictSame(plainInfo(data.info).inputShape, [6, 2]);
  const {mean, std} = data.fitted['data.transforms[2]'] as {mean: number[]; std: number[]};
  closeTo(
    t,
    mean,
    reference.mean.map((value) => 2 * value + 1),
    1e-12,
  );
  closeTo(
    t,
    std,
    reference.std.map((value) => 2 * value),
    1e-12,
  );
  closeTo(t, collect(data.train).inputs, reference.normalized, 1e-6);
});

t.test('normalize learns from training examples only', async (t) => {
  const spec = dataSpec(irisSource(), {
    transforms: [{type: 'normalize', fit: 'train'}],
    validation: {fraction: 0.25, stratify: true},
  });
  const data = await load(spec);
  const {inputs} = collect(data.train);
  for (let feature = 0; feature < 4; feature++) {
    const column = inputs.filter((_, i) => i % 4 === feature);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
    t.ok(
      Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-6,
      `feature ${feature}: mean ${mean}, variance ${variance}`,
    );
  }
  const {mean} = data.fitted['data.transforms[0]'] as {mean: number[]};
  t.notSame(mean, reference.iris.mean, 'the rows held out do not count');
  const test = collect(data.test!).inputs;
  t.ok(Math.abs(test.reduce((sum, value) => sum + value, 0)) > 1e-3, 'test examples are not centred on themselves');
});

t.test('a channel that never changes keeps its distance, undivided', async (t) => {
  const dir = t.testdir({});
  writeFileSync(path.join(dir, 'images.idx'), idxBytes(14, [3, 2], [0.1, 1, 0.1, 2, 0.1, 3]));
  writeFileSync(path.join(dir, 'labels.idx'), idxBytes(8, [3], [0, 1, 0]));
  const data = await load(withTransforms([{type: 'normalize', fit: 'train'}]), dir);
  const side = Math.sqrt(1.5); // (3 - 2) / sqrt(2 / 3)
  closeTo(t, collect(data.train).inputs, [0, -side, 0, 0, 0, side], 1e-6);
  t.equal((data.fitted['data.transforms[0]'] as {std: number[]}).std[0], 1);
});

t.test('MNIST has the mean and deviation that everybody uses', async (t) => {
  const list: DataSpec['transforms'] = [{type: 'toFloat'}, {type: 'normalize', fit: 'train'}];
  const data = await load(dataSpec({type: 'mnist'}, {transforms: list}));
  const {mean, std} = data.fitted['data.transforms[1]'] as {mean: number[]; std: number[]};
  t.equal(mean[0]!.toFixed(4), '0.1307');
  t.equal(std[0]!.toFixed(4), '0.3081');
});

t.test('arguments that do not fit', async (_t) => {
  const at = 'data.transforms[1]';
  const cases: [DataSpec['transforms'][number], string, string | undefined][] = [
    [
      {type: 'reshape', shape: [5, 2]},
      `${at}.shape [5, 2] does not hold the 12 values of an example of shape [3, 2, 2]`,
      undefined,
    ],
    [
      {type: 'reshape', shape: [-1, 5]},
      `${at}.shape [-1, 5] does not hold the 12 values of an example of shape [3, 2, 2]`,
      undefined,
    ],
    [{type: 'reshape', shape: [-1, -1]}, `${at}.shape may hold -1 once; got [-1, -1]`, undefined],
    [{type: 'reshape', shape: [0, 12]}, `${at}.shape may not hold 0; got [0, 12]`, undefined],
    [{type: 'normalize'}, `${at} lacks mean and std`, 'give mean and std, or fit: train to learn both'],
    [{type: 'normalize', mean: 1}, `${at} lacks std`, 'give mean and std, or fit: train to learn both'],
    [{type: 'normalize', std: 1}, `${at} lacks mean`, 'give mean and std, or fit: train to learn both'],
    [
      {type: 'normalize', fit: 'train', mean: 1, std: 1},
      `${at} has fit: train, which learns mean and std; got them as well`,
      'drop fit, or mean and std',
    ],
    [
      {type: 'normalize', mean: [1, 2, 3], std: 1},
      `${at}.mean has 3 numbers; examples of shape [3, 2, 2] have 2 channels`,
      undefined,
    ],
    [
      {type: 'normalize', mean: 0, std: [1]},
      `${at}.std has 1 numbers; examples of shape [3, 2, 2] have 2 channels`,
      undefined,
    ],
  ];
  for (const [transform, message, hint] of cases) {
    const spec = withTransforms([{type: 'toFloat'}, transform]);
    await rejectsWith(describe(spec, folder), {code: 'SPEC_INVALID', message, hint});
    await rejectsWith(load(spec, folder), {code: 'SPEC_INVALID', message, hint});
  }
});

t.test('batches come out the same after an interruption, and a bad order is a bug', async (t) => {
  const {train} = await load(dataSpec(syntheticSource({numExamples: 10})));
  const order = Rng.fromSeed(3).shuffle(Uint32Array.from({length: 10}, (_, i) => i));
  const whole = collect(train, 4, order);
  for (const batch of train.batches(4, order)) {
    t.equal(batch.size, 4);
    break;
  }
  t.strictSame(collect(train, 4, order), whole);
  t.throws(() => collect(train, 4, Uint32Array.of(10)), {name: 'RangeError', message: 'example 10 of 10'});
  t.throws(() => collect(train, 0), {name: 'RangeError', message: 'batch size 0'});
});
