import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {createMixer} from '../../src/data/augment/mixer.js';
import {cutmix, mixup} from '../../src/data/augment/mixing.js';
import type {Batch, Dataset} from '../../src/data/dataset.js';
import type {DataSpec} from '../../src/data/section.js';
import {Rng} from '../../src/support/random.js';
import {csvSource, dataSpec, describe, idxBytes, idxSource, load, rejectsWith} from './fixtures.js';

type Augment = DataSpec['augment'];

/** A stream whose draws are given, so that results can be worked out by hand. */
function drawing(draws: {readonly normal: number[]; readonly uniform: number[]; readonly below?: number[]}): Rng {
  const next = (values: number[]) => () => {
    const value = values.shift();
    if (value === undefined) throw new Error('no draw is left');
    return value;
  };
  return Object.defineProperties(Rng.fromSeed(0), {
    normal: {value: next(draws.normal)},
    uniform: {value: next(draws.uniform)},
    below: {value: next(draws.below ?? [])},
  });
}

/**
 * Draws that make Beta(1, 1) give ratio / (1 + ratio): gamma variates of shape 1 are (2/3) (1 + x / √6)³, accepted where the uniform draw is
 * small enough.
 */
const shareOf = (ratio: number) => ({
  normal: [0, Math.sqrt(6) * (Math.cbrt(ratio) - 1)],
  uniform: [0.9, 0.999],
});

t.test('mixup by hand', async (t) => {
  // Shares of 1/4 and 3/4; each takes the one that partners says.
  const examples = Float32Array.of(0, 8, 4, 0, 100, 0);
  const share = mixup.compileMix({alpha: 1, probability: 1}, [2])(
    examples,
    examples.slice(),
    Uint32Array.of(1, 2, 0),
    drawing(shareOf(1 / 3)),
  );
  t.ok(Math.abs(share - 0.25) < 1e-12, `${share}`);
  t.strictSame(
    Array.from(examples, (value) => Math.round(1e4 * value) / 1e4),
    [3, 2, 76, 0, 25, 6],
  );
});

t.test('cutmix by hand: a box of the partner, cut off at the edge, and the share of what is left', async (t) => {
  const mix = (below: readonly number[]): [number, number[]] => {
    const examples = Float32Array.from({length: 32}, (_, i) => (i < 16 ? 1 : 2));
    // A share of 2/3: the box has √(1/3) of the sides, 2.3, so it reaches 1 pixel to each side of its centre.
    const share = cutmix.compileMix({alpha: 1, probability: 1}, [4, 4, 1])(
      examples,
      examples.slice(),
      Uint32Array.of(1, 0),
      drawing({...shareOf(2), below: [...below]}),
    );
    return [share, [...examples]];
  };
  const [share, mixed] = mix([2, 1]);
  t.strictSame(mixed.slice(0, 16), [1, 2, 2, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  t.strictSame(mixed.slice(16), [2, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
  t.equal(share, 12 / 16);
  const [cornerShare, corner] = mix([0, 0]);
  t.strictSame(corner.slice(0, 5), [2, 1, 1, 1, 1], 'only its lower right quarter is inside');
  t.equal(cornerShare, 15 / 16);
});

const folder = t.testdir({'table.csv': 'a,b,y\n1,2,u\n3,4,v\n5,6,u\n7,8,v\n'});
const numExamples = 12;
const exampleSize = 6 * 5;
writeFileSync(
  path.join(folder, 'images.idx'),
  idxBytes(
    8,
    [numExamples, 6, 5],
    Array.from({length: numExamples * exampleSize}, (_, i) => (i * i * 7 + i * 37) % 256),
  ),
);
writeFileSync(path.join(folder, 'labels.idx'), idxBytes(8, [numExamples], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]));

const both: Augment = [
  {type: 'mixup', alpha: 1, probability: 1},
  {type: 'cutmix', alpha: 1, probability: 1},
];
const loadMixed = (augment: Augment, seed = 1, more: Partial<DataSpec> = {}): Promise<Dataset> =>
  load(dataSpec(idxSource(), {augment, workers: 0, ...more}), folder, 'oneHot', seed);

const rowsOf = (values: Float32Array, size: number): number[][] =>
  Array.from({length: values.length / size}, (_, i) => [...values.subarray(i * size, (i + 1) * size)]);

const isNear = (got: readonly number[], wanted: readonly number[]): boolean =>
  got.every((value, i) => Math.abs(value - wanted[i]!) < 1e-3);

/** All batches of an epoch as text, so that nothing is overwritten. */
const textOf = ({train}: Dataset, batchSize: number, order: Uint32Array, epoch?: number): string[] =>
  Array.from(
    train.batches(batchSize, order, epoch),
    ({inputs, targets}) => `${inputs.input!.join()} ${targets.output!.join()}`,
  );

const inOrder = Uint32Array.from({length: numExamples}, (_, i) => i);

t.test('every example is mixed with another one of its batch, and its class in the same proportion', async (t) => {
  const dataset = await loadMixed([{type: 'mixup', alpha: 1, probability: 1}]);
  const copy = ({inputs, targets}: Batch) => ({
    inputs: rowsOf(inputs.input!, exampleSize),
    targets: rowsOf(targets.output!, 3),
  });
  const plain = Array.from(dataset.train.batches(4, inOrder), copy);
  const mixed = Array.from(dataset.train.batches(4, inOrder, 1), copy);
  const shares = mixed.map(({inputs, targets}, batch) => {
    const own = plain[batch]!;
    // One share for the batch: found from the first example, with a partner whose class it also tells.
    const candidates = inputs.flatMap((row, i) =>
      own.inputs.map((partner) => {
        const pixel = partner.findIndex((value, at) => Math.abs(value - own.inputs[i]![at]!) > 50);
        return pixel === -1 ? 1 : (row[pixel]! - partner[pixel]!) / (own.inputs[i]![pixel]! - partner[pixel]!);
      }),
    );
    return candidates.find((share) =>
      inputs.every((row, i) =>
        own.inputs.some((partner, j) => {
          const blend = (a: readonly number[], b: readonly number[]) =>
            a.map((value, at) => share * value + (1 - share) * b[at]!);
          return (
            isNear(row, blend(own.inputs[i]!, partner)) && isNear(targets[i]!, blend(own.targets[i]!, own.targets[j]!))
          );
        }),
      ),
    );
  });
  t.ok(
    shares.every((share) => share !== undefined && share >= 0 && share <= 1),
    shares.join(),
  );
  t.equal(new Set(shares).size, 3, 'each batch has a share of its own');
});

t.test('whatever is mixed, nothing is lost', async (t) => {
  for (const augment of [both, [both[0]!], [both[1]!]]) {
    const dataset = await loadMixed(augment);
    const [plain] = Array.from(dataset.train.batches(12, inOrder), ({inputs, targets}) => [
      rowsOf(inputs.input!, exampleSize),
      rowsOf(targets.output!, 3),
    ]);
    for (const epoch of [1, 2, 3]) {
      const [batch] = dataset.train.batches(12, inOrder, epoch);
      const found = [rowsOf(batch!.inputs.input!, exampleSize), rowsOf(batch!.targets.output!, 3)];
      // Partners are an order of the batch, so every pixel and every class keeps its sum.
      for (const part of [0, 1]) {
        const sum = (rows: readonly number[][]): number[] =>
          rows[0]!.map((_, at) => rows.reduce((all, row) => all + row[at]!, 0));
        t.ok(
          isNear(sum(found[part]!), sum(plain![part]!)),
          `sums, ${augment.map(({type}) => type).join()}, epoch ${epoch}`,
        );
      }
      for (const row of found[1]!)
        t.ok(Math.abs(row.reduce((all, share) => all + share, 0) - 1) < 1e-5, 'shares sum to 1');
      t.notSame(found[0], plain![0]);
    }
  }
});

t.test('the mixture depends on seed, epoch and the batch, not on what came before or on threads', async (t) => {
  const dataset = await loadMixed(both);
  const once = textOf(dataset, 4, inOrder, 1);
  t.strictSame(textOf(await loadMixed(both), 4, inOrder, 1), once, 'the same seed');
  t.strictSame(textOf(dataset, 4, inOrder.subarray(4), 1), once.slice(1), 'without the first batch');
  const threaded = await loadMixed(both, 1, {workers: 2});
  t.strictSame(textOf(threaded, 4, inOrder, 1), once, 'made in threads');
  await threaded.dispose();
  t.notSame(textOf(dataset, 4, inOrder, 2), once, 'another epoch');
  t.notSame(textOf(await loadMixed(both, 2), 4, inOrder, 1), once, 'another seed');
  t.notSame(textOf(dataset, 4, inOrder.toReversed(), 1).toReversed(), once, 'another order');
  t.strictSame(textOf(dataset, 4, inOrder), textOf(await loadMixed([]), 4, inOrder), 'no epoch, no change');
});

t.test('weights are mixed with their examples', async (t) => {
  const mixer = createMixer([{type: 'mixup', alpha: 1, probability: 1}], [1], Rng.fromSeed(5))!;
  const [values, weights] = [Float32Array.of(0, 10, 100, 1000), Float32Array.of(0, 10, 100, 1000)];
  mixer(values, [weights], 1, Uint32Array.of(3, 1, 4, 2));
  t.strictSame(weights, values);
  t.notSame([...values], [0, 10, 100, 1000]);
});

t.test('probability is the part of batches that are mixed', async (t) => {
  const dataset = await loadMixed([{type: 'mixup', alpha: 1, probability: 0.3}]);
  const plain = textOf(dataset, 4, inOrder);
  let numMixed = 0;
  for (let epoch = 1; epoch <= 300; epoch++)
    numMixed += textOf(dataset, 4, inOrder, epoch).filter((text, i) => text !== plain[i]).length;
  // 900 draws: mean 270, standard deviation 14, and one partner order in 24 changes nothing.
  t.ok(Math.abs(numMixed - 259) < 60, `${numMixed} of 900`);
});

t.test('validation and test examples stay as they are', async (t) => {
  const validation = {fraction: 0.5, stratify: false};
  const [mixed, plain] = [await loadMixed(both, 1, {validation}), await loadMixed([], 1, {validation})];
  const all = ({validation}: Dataset): string[] =>
    Array.from(
      validation!.batches(3, undefined, 1),
      ({inputs, targets}) => `${inputs.input!.join()} ${targets.output!.join()}`,
    );
  t.strictSame(all(mixed), all(plain));
});

t.test('sections that make no sense', async () => {
  const flip: Augment[number] = {type: 'flip', direction: 'horizontal', probability: 1};
  await rejectsWith(describe(dataSpec(idxSource(), {augment: [both[0]!, flip]}), folder), {
    code: 'SPEC_INVALID',
    message: 'data.augment[1] (flip) changes single examples, but mixup before it has mixed them',
    hint: 'write mixup last',
  });
  await rejectsWith(describe(dataSpec(csvSource(), {augment: [both[1]!]}), folder), {
    code: 'SPEC_INVALID',
    message:
      'data.augment[0] (cutmix) needs pictures of shape [height, width, channels]; the source gives examples of shape [2]',
    hint: undefined,
  });
  await rejectsWith(load(dataSpec(idxSource(), {augment: both}), folder, 'classIndex'), {
    code: 'SPEC_INVALID',
    message: 'data.augment (mixup) mixes one-hot classes; the loss of output takes others',
    hint: undefined,
  });
});
