import t from 'tap';
import {incompleteBeta, quantileOfT, sampleOf, welchTest} from '../../src/comparison/statistics.js';
import {readReference} from '../reference/read.js';

/** What SciPy computed; see test/reference/statistics.py. */
interface Reference {
  readonly samples: readonly number[][];
  readonly stds: readonly number[];
  readonly intervals: readonly [number, number][];
  readonly tests: readonly {readonly a: number; readonly b: number; readonly p: number}[];
  readonly quantiles: readonly {readonly p: number; readonly degrees: number; readonly t: number}[];
  readonly beta: readonly {readonly x: number; readonly a: number; readonly b: number; readonly value: number}[];
}

const reference = readReference<Reference>('statistics');
const isClose = (actual: number | undefined, expected: number, relative = 1e-9): boolean =>
  actual !== undefined && Math.abs(actual - expected) <= relative * Math.abs(expected);

t.test('mean, standard deviation and interval are SciPy’s', async (t) => {
  for (const [index, values] of reference.samples.entries()) {
    const {std, interval} = sampleOf(values);
    t.ok(isClose(std, reference.stds[index]!), `std of sample ${index}: ${std}`);
    for (const end of [0, 1]) t.ok(isClose(interval![end], reference.intervals[index]![end]!), `interval ${index}`);
  }
  t.same(sampleOf([3]), {values: [3], mean: 3}, 'one value has no spread');
});

t.test("Welch's test is SciPy's", async (t) => {
  const samples = reference.samples.map(sampleOf);
  for (const {a, b, p} of reference.tests) {
    const found = welchTest(samples[a]!, samples[b]!);
    t.ok(isClose(found, p, 1e-7), `samples ${a} and ${b}: ${found}, expected ${p}`);
  }
  t.equal(welchTest(sampleOf([1]), sampleOf([1, 2])), undefined, 'a single run says nothing about noise');
  t.equal(welchTest(sampleOf([1, 1]), sampleOf([1, 1])), undefined, 'nothing varies');
  t.equal(welchTest(sampleOf([0.7, 0.7, 0.7]), sampleOf([0.8, 0.8])), 0, 'nothing varies, but the values differ');
  const huge = welchTest(sampleOf([1e308, 1.2e308]), sampleOf([-1e308, -1.2e308]));
  const small = welchTest(sampleOf([1, 1.2]), sampleOf([-1, -1.2]));
  t.ok(isClose(huge, small!), 'the ends of the range of numbers');
});

t.test('values that are not finite are no sample', async (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const sample = sampleOf([0.9, value, 0.8]);
    t.same([sample.mean, sample.std, sample.interval], [value, Number.NaN, undefined]);
    t.equal(welchTest(sample, sampleOf([0.5, 0.6])), undefined, 'and no test');
    t.equal(sampleOf([value, value]).interval, undefined);
  }
  t.equal(sampleOf([1e308, 1e308]).mean, 1e308, 'a sum may overflow where its mean does not');
  t.ok(isClose(sampleOf([1e308, 1.7e308]).mean, 1.35e308));
  t.equal(sampleOf([0.7, 0.7, 0.7]).std, 0, 'exactly, although 3 × 0.7 / 3 is not 0.7');
});

t.test("quantiles of Student's t and the incomplete beta function are SciPy's", async (t) => {
  for (const {p, degrees, t: expected} of reference.quantiles) {
    t.ok(isClose(quantileOfT(p, degrees), expected), `t(${p}, ${degrees})`);
  }
  for (const {x, a, b, value} of reference.beta) {
    const found = incompleteBeta(x, a, b);
    t.ok(
      isClose(found, value) || Math.abs(found - value) < 1e-300,
      `I(${x}; ${a}, ${b}) is ${found}, expected ${value}`,
    );
  }
});
