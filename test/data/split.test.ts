import t from 'tap';
import {heldCount, holdOut, spaced} from '../../src/data/split/held-out.js';
import {Rng} from '../../src/support/random.js';
import {collect, dataSpec, describe, irisSource, load, rejectsWith, syntheticSource} from './fixtures.js';

const rng = () => Rng.fromSeed(5);

t.test('counts are rounded, never none and never all', async (t) => {
  t.equal(heldCount(10, 0.25), 3);
  t.equal(heldCount(10, 0.24), 2);
  t.equal(heldCount(10, 0.001), 1);
  t.equal(heldCount(10, 0.999), 9);
  t.equal(heldCount(60_000, 0.1), 6000);
});

t.test('a plain split keeps every example once, ascending, and depends on the stream', async (t) => {
  const {kept, held} = holdOut(50, 0.3, rng());
  t.strictSame(held, held.slice().sort());
  t.strictSame(kept, kept.slice().sort());
  t.strictSame(
    [...kept, ...held].sort((a, b) => a - b),
    Array.from({length: 50}, (_, i) => i),
  );
  t.strictSame(holdOut(50, 0.3, rng()).held, held);
  t.notSame(holdOut(50, 0.3, Rng.fromSeed(6)).held, held);
});

t.test('a stratified split takes the same part of each class', async (t) => {
  const counts = (labels: Uint8Array, rows: Uint32Array) => {
    const result = [0, 0, 0];
    for (const row of rows) result[labels[row]!]!++;
    return result;
  };
  const labels = Uint8Array.from({length: 100}, (_, i) => (i < 70 ? 0 : i < 90 ? 1 : 2));
  t.strictSame(counts(labels, holdOut(100, 0.1, rng(), labels).held), [7, 2, 1]);
  // Shares 1.75, 0.5, 0.25 of a class: 2 + 1 + 0 by largest remainders.
  const small = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
  t.strictSame(counts(small, holdOut(10, 0.25, rng(), small).held), [2, 1, 0]);
  // The single example of class 2 stays, although its remainder is the largest, as long as others can go.
  const single = Uint8Array.from([0, 0, 0, 0, 1, 1, 1, 1, 2]);
  t.strictSame(counts(single, holdOut(9, 0.5, rng(), single).held), [3, 2, 0]);
  t.strictSame(counts(single, holdOut(9, 0.9, rng(), single).held), [4, 3, 1]);
});

t.test('limits pick evenly, so that sorted classes stay mixed', async (t) => {
  t.strictSame(spaced(10, 4), Uint32Array.of(0, 2, 5, 7));
  t.equal(spaced(10, 10), undefined);
  t.equal(spaced(10, 11), undefined);
  const data = await load(dataSpec(irisSource(0.5), {limit: {train: 6, test: 3}}));
  t.strictSame(collect(data.train).targets, [0, 0, 1, 1, 2, 2]);
  t.strictSame(collect(data.test!).targets, [0, 1, 2]);
});

t.test('validation examples leave the training set; the test set stays', async (t) => {
  const plain = await load(dataSpec(irisSource()));
  const spec = dataSpec(irisSource(), {validation: {fraction: 0.1, stratify: true}});
  const data = await load(spec, undefined, 'classIndex', 1);
  t.match(data.info, {numTrain: 108, numValidation: 12, numTest: 30});
  t.strictSame(collect(data.validation!).targets, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  t.strictSame(collect(data.test!), collect(plain.test!));
  const rows = (split: {inputs: number[]}) =>
    Array.from({length: split.inputs.length / 4}, (_, i) => String(split.inputs.slice(4 * i, 4 * i + 4)));
  const together = [...rows(collect(data.train)), ...rows(collect(data.validation!))].sort();
  t.strictSame(together, rows(collect(plain.train)).sort());
  const other = await load(spec, undefined, 'classIndex', 2);
  t.notSame(collect(other.validation!).inputs, collect(data.validation!).inputs, 'the seed of the run decides');
  t.equal(other.fingerprint, data.fingerprint, 'the data are the same');
});

t.test('splits that cannot be', async (_t) => {
  const linear = syntheticSource({pattern: 'linear'});
  await rejectsWith(describe(dataSpec(linear, {validation: {fraction: 0.1, stratify: true}}), '.'), {
    code: 'SPEC_INVALID',
    message: 'data.validation.stratify needs classes; this data has real targets of shape [1]',
    hint: 'drop stratify',
  });
  const one = dataSpec(syntheticSource(), {limit: {train: 1}, validation: {fraction: 0.5, stratify: false}});
  await rejectsWith(describe(one, '.'), {
    code: 'SPEC_INVALID',
    message: 'data.validation needs at least 2 training examples; the data has 1',
  });
});
