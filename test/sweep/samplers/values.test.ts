import t from 'tap';
import {choiceIndex, numericRange, valueAt, valueOfUnit} from '../../../src/sweep/samplers/values.js';
import type {Distribution, NumericDistribution} from '../../../src/sweep/space/distribution.js';

/** How often each value comes of so many numbers, evenly spread over [0, 1). */
function shares(distribution: Distribution, count: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const value = JSON.stringify(valueOfUnit(distribution, (i + 0.5) / count));
    counts[value] = (counts[value] ?? 0) + 1 / count;
  }
  return Object.fromEntries(Object.entries(counts).map(([value, share]) => [value, Number(share.toFixed(3))]));
}

t.test('values are equally likely', async (t) => {
  t.same(shares({kind: 'int', low: -2, high: 2, scale: 'linear'}, 1000), {
    '-2': 0.2,
    '-1': 0.2,
    0: 0.2,
    1: 0.2,
    2: 0.2,
  });
  t.same(
    shares({kind: 'float', low: 0, high: 1, scale: 'linear', step: 0.1}, 1100),
    Object.fromEntries([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((value) => [value, 0.091])),
    'written as people write them',
  );
  t.same(shares({kind: 'int', low: 0, high: 10, scale: 'linear', step: 4}, 300), {0: 0.333, 4: 0.333, 8: 0.333});
  t.same(shares({kind: 'categorical', choices: ['a', null, [1]]}, 300), {'"a"': 0.333, null: 0.333, '[1]': 0.333});
});

t.test('on a log scale, their logarithms', async (t) => {
  const decades: Distribution = {kind: 'float', low: 1e-4, high: 1, scale: 'log'};
  t.ok(Math.abs((valueOfUnit(decades, 0.5) as number) - 0.01) < 1e-15);
  t.ok(Math.abs((valueOfUnit(decades, 0) as number) - 1e-4) < 1e-17);
  // A whole number k stands for [k − ½, k + ½]: of ln(2.5 / 0.5) the first has ln(1.5 / 0.5), 68.3 %.
  t.same(shares({kind: 'int', low: 1, high: 2, scale: 'log'}, 10_000), {1: 0.683, 2: 0.317});
});

t.test('a number off the range or off the steps becomes the nearest value', async (t) => {
  const range = (distribution: Omit<NumericDistribution, 'kind' | 'scale'>) =>
    numericRange({kind: 'float', scale: 'linear', ...distribution});
  const stepped = range({low: 0.1, high: 1, step: 0.25});
  t.equal(stepped.high, 0.85, 'the last step that fits');
  t.same(
    [-3, 0.2, 0.23, 0.84, 7].map((number) => valueAt(stepped, number)),
    [0.1, 0.1, 0.35, 0.85, 0.85],
  );
  t.same(
    [-3, 0.2, 7].map((number) => valueAt(range({low: 0, high: 1}), number)),
    [0, 0.2, 1],
  );
  t.ok(Object.is(valueAt(range({low: -1, high: 1, step: 0.5}), -0.1), 0), 'zero has no sign');
});

t.test('a choice that is a list or an object is found by what it holds', async (t) => {
  const distribution = {kind: 'categorical', choices: ['a', [1, {b: 2}], {c: 3}]} as const;
  t.equal(choiceIndex(distribution, [1, {b: 2}]), 1);
  t.throws(() => choiceIndex(distribution, [1]), /\[1\] is none of/);
});
