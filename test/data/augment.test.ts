import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type {AugmentDefinition} from '../../src/data/augment/definition.js';
import {augmentations} from '../../src/data/augment/index.js';
import type {MixDefinition} from '../../src/data/augment/mixing.js';
import {aboutCentre, warp} from '../../src/data/augment/warp.js';
import type {Split} from '../../src/data/dataset.js';
import type {DataSpec} from '../../src/data/section.js';
import {Rng} from '../../src/support/random.js';
import {readReference} from '../reference/read.js';
import {dataSpec, describe, idxBytes, idxSource, irisSource, load, rejectsWith} from './fixtures.js';

type Augment = DataSpec['augment'];

interface Reference {
  readonly colours: {
    readonly shape: readonly number[];
    readonly picture: readonly number[];
    readonly cases: readonly {
      readonly type: 'brightness' | 'contrast' | 'saturation' | 'hue';
      readonly factor: number;
      readonly result: readonly number[];
    }[];
  };
  readonly shape: readonly number[];
  readonly picture: readonly number[];
  readonly cases: readonly {
    readonly arguments: Parameters<typeof aboutCentre>[1];
    readonly fill: 'zeros' | 'edge';
    readonly result: readonly number[];
  }[];
}

const reference = readReference<Reference>('augment');

t.test('turns, moves and enlargements give what PyTorch gives', async (t) => {
  for (const {arguments: motion, fill, result} of reference.cases) {
    const picture = Float32Array.from(reference.picture);
    warp(picture, new Float32Array(picture.length), reference.shape, aboutCentre(reference.shape, motion), fill);
    const worst = Math.max(...result.map((value, i) => Math.abs(value - picture[i]!)));
    t.ok(worst < 2e-4, `${JSON.stringify(motion)} ${fill}: ${worst}`);
  }
  t.equal(reference.cases.length, 16);
});

/** A stream whose draws are given, so that results can be worked out by hand. */
function drawing(...uniforms: number[]): Rng {
  const rng = Rng.fromSeed(0);
  const next = (): number => {
    const value = uniforms.shift();
    if (value === undefined) throw new Error('no draw is left');
    return value;
  };
  return Object.defineProperties(rng, {
    uniform: {value: next},
    below: {value: (bound: number) => Math.floor(next() * bound)},
    normal: {value: next},
  });
}

const run = (spec: Augment[number], shape: readonly number[], values: readonly number[], ...uniforms: number[]) => {
  const example = Float32Array.from(values);
  const definition: AugmentDefinition | MixDefinition = augmentations[spec.type];
  if (!('compile' in definition)) throw new Error(`${spec.type} changes whole batches`);
  definition.compile(spec as never, shape)(example, drawing(...uniforms), new Float32Array(values.length));
  return [...example];
};

const always = {probability: 1} as const;

t.test('colours change as in torchvision', async (t) => {
  const {shape, picture, cases} = reference.colours;
  t.equal(cases.length, 15);
  for (const {type, factor, result} of cases) {
    // The largest amounts, and the draw that gives this factor.
    const [amount, draw] =
      type === 'hue' ? [0.5, factor + 0.5] : type === 'saturation' ? [3, factor / 4] : [1, factor / 2];
    // In a run, bytes are brought back into their range after each change.
    const got = run({type, amount, ...always}, shape, picture, draw).map((value) => Math.min(255, Math.max(0, value)));
    const worst = Math.max(...result.map((value, i) => Math.abs(value - got[i]!)));
    t.ok(worst < 1e-4 * 255, `${type} ${factor}: ${worst}`);
  }
});

t.test('colours of any scale, negative ones too, keep their largest and smallest value when hue turns', async (t) => {
  const spec = {type: 'hue', amount: 0.5, ...always} as const;
  const near = (got: readonly number[], expected: readonly number[], name: string) =>
    t.ok(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!))) < 1e-5, `${name}: ${got.join()}`);
  near(run(spec, [1, 1, 3], [1, -1, -1], 1), [-1, 1, 1], 'red to cyan');
  near(run(spec, [1, 1, 3], [3, -2, 0], 0.5 + 1 / 3), [0, 3, -2], 'a third of the circle');
  near(run(spec, [1, 1, 3], [-4, -4, -4], 0.9), [-4, -4, -4], 'grey');
});
const zeros = {fill: 'zeros', ...always} as const;

t.test('by hand', async (t) => {
  const picture = [1, 2, 3, 4, 5, 6];
  t.strictSame(run({type: 'flip', direction: 'horizontal', ...always}, [2, 3, 1], picture), [3, 2, 1, 6, 5, 4]);
  t.strictSame(run({type: 'flip', direction: 'vertical', ...always}, [2, 3, 1], picture), [4, 5, 6, 1, 2, 3]);
  t.strictSame(
    run({type: 'flip', direction: 'horizontal', ...always}, [1, 3, 2], picture),
    [5, 6, 3, 4, 1, 2],
    'channels stay together',
  );
  // Draws 0 and 0.9 of 3 moves: up by 1, right by 1.
  t.strictSame(run({type: 'padCrop', pixels: 1, ...zeros}, [2, 3, 1], picture, 0, 0.9), [0, 4, 5, 0, 0, 0]);
  t.strictSame(
    run({type: 'padCrop', pixels: 1, ...always, fill: 'edge'}, [2, 3, 1], picture, 0, 0.9),
    [4, 4, 5, 4, 4, 5],
  );
  // The middle draw moves nothing; the whole range is [-0.5, 0.5] × 2 rows: a draw of 1 moves down by one row.
  t.strictSame(
    run({type: 'translate', height: 0.5, width: 0, ...zeros}, [2, 3, 1], picture, 1, 0.5),
    [0, 0, 0, 1, 2, 3],
  );
  // A quarter turn counterclockwise: the right column becomes the top row.
  const turned = run({type: 'rotate', degrees: 90, ...zeros}, [3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9], 1);
  t.strictSame(
    turned.map((value) => Math.round(1e4 * value) / 1e4),
    [3, 6, 9, 2, 5, 8, 1, 4, 7],
  );
  // Twice as large: column x comes from 1.5 + (x - 1.5) / 2, so 0.75, 1.25, 1.75, 2.25.
  t.strictSame(run({type: 'zoom', min: 2, max: 2, ...zeros}, [1, 4, 1], [0, 10, 20, 30], 0.5), [7.5, 12.5, 17.5, 22.5]);
  // The window of a quarter of the area at the top left: the first half of each axis.
  t.strictSame(
    run({type: 'crop', minArea: 0.25, ...always}, [4, 4, 1], ramp(), 0, 0, 0).slice(0, 4),
    [0, 0.25, 0.75, 1.25],
  );
  t.strictSame(run({type: 'brightness', amount: 0.5, ...always}, [2, 3, 1], picture, 0), [0.5, 1, 1.5, 2, 2.5, 3]);
  t.strictSame(
    run({type: 'contrast', amount: 1, ...always}, [2, 3, 1], picture, 1),
    [-1.5, 0.5, 2.5, 4.5, 6.5, 8.5],
    'twice as far from the mean, 3.5',
  );
  const grey = 0.2989 * 10 + 0.587 * 20 + 0.114 * 30;
  const flat = run({type: 'contrast', amount: 1, ...always}, [1, 1, 3], [10, 20, 30], 0);
  for (const value of flat) t.ok(Math.abs(value - grey) < 1e-4, 'without contrast a colour is its grey');
  // Draws 0 and 0.9: centre at row 0, column 2; a square of 3 reaches from (-1, 1) to (1, 3).
  t.strictSame(run({type: 'cutout', size: 3, value: 9, ...always}, [2, 3, 1], picture, 0, 0.9), [1, 9, 9, 4, 9, 9]);
  t.strictSame(run({type: 'gaussianNoise', std: 2, ...always}, [2], [1, 5], 0.25, -1), [1.5, 3]);

  function ramp(): number[] {
    return Array.from({length: 16}, (_, i) => i % 4);
  }
});

const folder = t.testdir({});
const numExamples = 12;
const shape = [numExamples, 6, 5];
const pixels = Array.from({length: numExamples * 30}, (_, i) => (i * 37) % 256);
writeFileSync(path.join(folder, 'images.idx'), idxBytes(8, shape, pixels));
writeFileSync(path.join(folder, 'floats.idx'), idxBytes(13, [...shape, 1], pixels));
writeFileSync(
  path.join(folder, 'labels.idx'),
  idxBytes(
    8,
    [numExamples],
    pixels.slice(0, numExamples).map((value) => value % 3),
  ),
);

/** One of each kind. */
const everything: Augment = [
  {type: 'flip', direction: 'horizontal', probability: 0.5},
  {type: 'flip', direction: 'vertical', probability: 0.5},
  {type: 'padCrop', pixels: 2, ...zeros},
  {type: 'crop', minArea: 0.5, probability: 0.7},
  {type: 'translate', height: 0.1, width: 0.1, ...zeros},
  {type: 'rotate', degrees: 20, fill: 'edge', probability: 1},
  {type: 'zoom', min: 0.8, max: 1.2, ...zeros},
  {type: 'brightness', amount: 0.5, ...always},
  {type: 'contrast', amount: 0.5, ...always},
  {type: 'cutout', size: 2, value: 0, ...always},
  {type: 'gaussianNoise', std: 20, ...always},
];

/** Those that need pictures of three channels. */
const colourful: Augment = [
  {type: 'saturation', amount: 0.9, ...always},
  {type: 'hue', amount: 0.4, ...always},
];

const loadAugmented = (augment: Augment, seed = 1, more: Partial<DataSpec> = {}, images = 'images.idx') =>
  load(dataSpec(idxSource({images}), {augment, ...more}), folder, 'classIndex', seed);

/** Examples by number, whatever the batches. */
function examplesOf(split: Split, batchSize: number, order: Uint32Array, epoch?: number): Map<number, string> {
  const found = new Map<number, string>();
  let at = 0;
  for (const {size, inputs} of split.batches(batchSize, order, epoch)) {
    for (let i = 0; i < size; i++) found.set(order[at++]!, inputs.input!.subarray(i * 30, (i + 1) * 30).join());
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

const inOrder = Uint32Array.from({length: numExamples}, (_, i) => i);

t.test('the change depends on seed, epoch and example, not on the batch', async (t) => {
  const types = new Set([...everything, ...colourful].map(({type}) => type));
  const single = Object.values(augmentations).filter((definition) => 'compile' in definition);
  t.strictSame([...types].sort(), single.map(({type}) => type).sort(), 'one of each');
  const {train} = await loadAugmented(everything);
  const once = examplesOf(train, 12, inOrder, 1);
  for (const batchSize of [1, 5, 12]) {
    const order = Rng.fromSeed(batchSize).shuffle(inOrder.slice());
    t.strictSame(examplesOf(train, batchSize, order, 1), once, `batches of ${batchSize}, shuffled`);
  }
  t.strictSame(examplesOf((await loadAugmented(everything)).train, 4, inOrder, 1), once, 'the same seed');
  const other = [
    examplesOf(train, 12, inOrder, 2),
    examplesOf((await loadAugmented(everything, 2)).train, 12, inOrder, 1),
    examplesOf(train, 12, inOrder),
  ];
  for (const examples of other) {
    for (const [number, example] of examples) t.not(example, once.get(number), `example ${number}`);
  }
});

t.test('so do changes of colours', async (t) => {
  const files = {
    'colours.idx': idxBytes(
      8,
      [4, 5, 2, 3],
      pixels.slice(0, 120).map((value, i) => (i * 31 + value) % 256),
    ),
    'classes.idx': idxBytes(8, [4], [0, 1, 2, 0]),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  const spec = dataSpec(idxSource({images: 'colours.idx', labels: 'classes.idx'}), {augment: colourful});
  const {train} = await load(spec, folder);
  const order = inOrder.subarray(0, 4);
  const once = examplesOf(train, 4, order, 1);
  t.strictSame(examplesOf(train, 1, Uint32Array.of(2, 0, 3, 1), 1), once);
  for (const other of [examplesOf(train, 4, order, 2), examplesOf(train, 4, order)]) {
    for (const [number, example] of other) t.not(example, once.get(number), `example ${number}`);
  }
});

t.test('only training batches are changed, before the transforms', async (t) => {
  const more: Partial<DataSpec> = {
    validation: {fraction: 0.25, stratify: false},
    transforms: [
      {type: 'rescale', scale: 1 / 255, offset: 0},
      {type: 'normalize', fit: 'train'},
    ],
  };
  const plain = await loadAugmented([], 1, more);
  const augmented = await loadAugmented(everything, 1, more);
  t.strictSame(augmented.fitted, plain.fitted, 'what is learnt is learnt from examples as stored');
  t.equal(augmented.fingerprint, plain.fingerprint);
  const order = inOrder.subarray(0, 3);
  t.strictSame(
    examplesOf(augmented.validation!, 3, order, 1),
    examplesOf(plain.validation!, 3, order),
    'validation examples stay',
  );
  t.strictSame(examplesOf(augmented.train, 3, order), examplesOf(plain.train, 3, order), 'no epoch, no change');
});

t.test('bytes stay between 0 and 255; floats are free', async (t) => {
  const wild: Augment = [
    {type: 'brightness', amount: 1, ...always},
    {type: 'gaussianNoise', std: 100, ...always},
  ];
  const range = async (images: string): Promise<[number, number]> => {
    const {train} = await loadAugmented(wild, 1, {}, images);
    const [batch] = train.batches(numExamples, undefined, 1);
    return [Math.min(...batch!.inputs.input!), Math.max(...batch!.inputs.input!)];
  };
  t.strictSame(await range('images.idx'), [0, 255]);
  const [least, largest] = await range('floats.idx');
  t.ok(least < 0 && largest > 255, `${least} to ${largest}`);
});

t.test('probability is the part of examples that change', async (t) => {
  const {train} = await loadAugmented([{type: 'cutout', size: 9, value: 7, probability: 0.3}]);
  let numChanged = 0;
  for (let epoch = 1; epoch <= 200; epoch++) {
    const [batch] = train.batches(numExamples, undefined, epoch);
    for (let i = 0; i < numExamples; i++) if (batch!.inputs.input![30 * i + 13] === 7) numChanged++;
  }
  // 2400 draws: mean 720, standard deviation 22; pixel 13 is never 7 by itself.
  t.ok(Math.abs(numChanged - 720) < 100, `${numChanged} of 2400`);
});

t.test('sections that make no sense', async () => {
  const cases: [Augment[number], string][] = [
    [{type: 'zoom', min: 2, max: 1, ...zeros}, 'data.augment[1].min is 2, larger than max, 1'],
    [
      {type: 'padCrop', pixels: 5, ...zeros},
      'data.augment[1].pixels is 5; pictures of 6 × 5 pixels may move out of sight',
    ],
    [
      {type: 'translate', height: 0, width: 0, ...zeros},
      'data.augment[1].height and width are both 0: nothing would move',
    ],
    [
      {type: 'hue', amount: 0.1, ...always},
      'data.augment[1].type is hue, which needs colours: examples of shape [height, width, 3]; the source gives [6, 5, 1]',
    ],
    [
      {type: 'saturation', amount: 0.1, ...always},
      'data.augment[1].type is saturation, which needs colours: examples of shape [height, width, 3]; the source gives [6, 5, 1]',
    ],
  ];
  for (const [augment, message] of cases) {
    const spec = dataSpec(idxSource(), {augment: [{type: 'gaussianNoise', std: 1, ...always}, augment]});
    await rejectsWith(describe(spec, folder), {code: 'SPEC_INVALID', message, hint: undefined});
    await rejectsWith(load(spec, folder), {code: 'SPEC_INVALID', message, hint: undefined});
  }
  await rejectsWith(load(dataSpec(irisSource(), {augment: [{type: 'rotate', degrees: 9, ...zeros}]})), {
    code: 'SPEC_INVALID',
    message:
      'data.augment[0] (rotate) needs pictures of shape [height, width, channels]; the source gives examples of shape [4]',
    hint: undefined,
  });
  await load(dataSpec(irisSource(), {augment: [{type: 'gaussianNoise', std: 0.1, ...always}]}));
});
