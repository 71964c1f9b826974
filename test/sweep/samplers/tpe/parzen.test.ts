import t from 'tap';
import {type Mixture, mixtureLogDensities} from '../../../../src/sweep/samplers/tpe/mixture.js';
import {neighbourDistances, observationWeights, parzenEstimator} from '../../../../src/sweep/samplers/tpe/parzen.js';
import {numGood, splitObservations} from '../../../../src/sweep/samplers/tpe/split.js';
import type {Distribution} from '../../../../src/sweep/space/distribution.js';
import {readReference, relativeError} from '../../../reference/read.js';

/** What Optuna computed; see test/reference/tpe.py. */
interface Case {
  readonly name: string;
  readonly space: readonly Distribution[];
  readonly observations: readonly number[][];
  readonly query: readonly number[][];
}
interface Reference<C> {
  readonly gamma: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number[]>>;
  readonly cases: readonly (Case & C)[];
}
interface Split {
  readonly name: string;
  readonly space: readonly Distribution[];
  readonly trials: readonly {number: number; state: string; row: number[]; score: number; epoch: number}[];
  readonly below: readonly number[];
  readonly query: readonly number[][];
  readonly acquisition: readonly number[];
}

const old = readReference<Reference<{univariate: number[]; multivariate: number[]}>>('tpe-3.1');
const current = readReference<Reference<{logDensities: number[]}> & {splits: readonly Split[]}>('tpe-5.0');

t.test('how many are good, and what each counts, is Optuna’s', async (t) => {
  for (const {gamma, weights} of [old, current]) {
    for (const [n, expected] of Object.entries(gamma)) t.equal(numGood(Number(n)), expected, `${n} points`);
    for (const [n, expected] of Object.entries(weights)) {
      t.ok(
        expected.length === Number(n) && relativeError(observationWeights(Number(n)), expected) < 1e-15,
        `${n} weights`,
      );
    }
  }
});

t.test('densities are those of Optuna 5.0', async (t) => {
  for (const {name, space, observations, query, logDensities} of current.cases) {
    const actual = mixtureLogDensities(parzenEstimator(space, observations), query);
    t.ok(relativeError(actual, logDensities) < 1e-10, `${name}: ${relativeError(actual, logDensities)}`);
  }
});

/** The width that 3.1 gave all kernels where parameters go together: Scott's rule. */
const scott = (means: Float64Array, width: number, numDimensions: number): Float64Array => {
  const deviation = 0.2 * Math.max(means.length - 1, 1) ** (-1 / (numDimensions + 4)) * width;
  return means.map(() => deviation);
};

/** The widths it gave them where each parameter goes alone: the prior counted among the neighbours. */
const amongNeighbours = (means: Float64Array): Float64Array => {
  const order = [...means.keys()].sort((a, b) => means[a]! - means[b]! || a - b);
  const deviations = new Float64Array(means.length);
  order.forEach((kernel, place) => {
    const neighbours = [order[place - 1], order[place + 1]].filter((other) => other !== undefined);
    deviations[kernel] = Math.max(0, ...neighbours.map((other) => Math.abs(means[kernel]! - means[other]!)));
  });
  return deviations;
};

/**
 * The mixture as 3.1.0 had it: other widths, whole numbers on a log scale taken for any numbers, and densities of numbers not divided by
 * the kernel's width (a bug, mended later), which is as if the kernel's weight were the larger.
 */
function asIn31(mixture: Mixture, widths: (means: Float64Array, width: number) => Float64Array): Mixture {
  const weights = mixture.weights.slice();
  const dimensions = mixture.dimensions.map((kernels) => {
    if ('numChoices' in kernels) return kernels;
    const {range, means} = kernels;
    const [count, width] = [means.length - 1, range.to - range.from];
    const deviations = widths(means, width).map((deviation, kernel) =>
      kernel === count ? width : Math.min(width, Math.max(width / Math.min(100, count + 2), deviation)),
    );
    const step = range.isLog ? 0 : range.step;
    if (step === 0) for (const kernel of weights.keys()) weights[kernel]! *= deviations[kernel]!;
    return {range: {...range, step}, means, deviations};
  });
  return {weights, dimensions};
}

t.test('as Optuna 3.1.0 had them they are those of 3.1.0', async (t) => {
  for (const {name, space, observations, query, univariate, multivariate} of old.cases) {
    const mixture = parzenEstimator(space, observations);
    const joint = asIn31(mixture, (means, width) => scott(means, width, space.length));
    const together = relativeError(mixtureLogDensities(joint, query), multivariate);
    t.ok(together < 1e-10, `${name}: ${together}`);
    const alone = relativeError(mixtureLogDensities(asIn31(mixture, amongNeighbours), query), univariate);
    t.ok(alone < 1e-10, `${name}, each alone: ${alone}`);
  }
});

t.test('widths by hand', async (t) => {
  const widths = (means: readonly number[], from: number, to: number) => [
    ...neighbourDistances(Float64Array.from(means), from, to),
  ];
  t.same(widths([0.5, 0.1, 0.2], 0, 1), [0.3, 0.2, 0.3], 'the further neighbour');
  t.same(widths([0.25], 0, 1), [0.75], 'the ends stand in for neighbours of a single one');
  t.same(widths([0.5, 0.5], 0, 1), [0.25, 0.25], 'no narrower than the range by four for two observations and a prior');
  t.same(widths([], 0, 1), []);
});

t.test('a density by hand: one observation and the prior', async (t) => {
  const space: Distribution[] = [{kind: 'categorical', choices: ['a', 'b']}];
  // Half of it says 0.75 for the choice seen, (1 + 1/2) / (1 + 2/2), the prior half 0.5.
  const [seen, other] = mixtureLogDensities(parzenEstimator(space, [[1]]), [[1], [0]]);
  t.ok(Math.abs(Math.exp(seen!) - 0.625) < 1e-15);
  t.ok(Math.abs(Math.exp(other!) - 0.375) < 1e-15);
  // Without observations the normal distribution of the prior: at its mean 1 / (σ √2π) by the mass within half a σ, 0.382924922548026.
  const [atMean] = mixtureLogDensities(parzenEstimator([{kind: 'float', low: 0, high: 2, scale: 'linear'}], []), [[1]]);
  t.ok(Math.abs(Math.exp(atMean!) - 1 / (2 * Math.sqrt(2 * Math.PI)) / 0.382924922548026) < 1e-14);
});

t.test('densities sum to 1 over the values of a stepped range', async (t) => {
  const space: Distribution[] = [{kind: 'int', low: 3, high: 40, scale: 'log'}];
  const all = Array.from({length: 38}, (_, i) => [i + 3]);
  const densities = mixtureLogDensities(parzenEstimator(space, [[3], [3], [7], [40], [12]]), all);
  t.ok(Math.abs(densities.reduce((sum, density) => sum + Math.exp(density), 0) - 1) < 1e-12);
});

t.test('which points are good, and how promising others are, is Optuna’s', async (t) => {
  const states = {COMPLETE: 'finished', PRUNED: 'pruned', RUNNING: 'running'} as const;
  for (const {name, space, trials, below, query, acquisition} of current.splits) {
    const rows = new Map(trials.map(({number, row}) => [number, row]));
    const {good, rest} = splitObservations(
      trials.map(({number, state, score, epoch}) => ({
        point: number,
        assignment: {},
        state: states[state as keyof typeof states],
        ...(state === 'RUNNING' ? {} : {score, epoch}),
      })),
    );
    t.same(
      good.map(({point}) => point),
      below,
      name,
    );
    const [near, far] = [good, rest].map((side) =>
      mixtureLogDensities(
        parzenEstimator(
          space,
          side.map(({point}) => rows.get(point)!),
        ),
        query,
      ),
    );
    const actual = near!.map((value, i) => value - far![i]!);
    t.ok(relativeError(actual, acquisition) < 1e-9, `${name}: ${relativeError(actual, acquisition)}`);
  }
});

t.test('a failed point and one that diverged to no number are never good', async (t) => {
  const points = Array.from({length: 5}, (_, i) => ({
    point: i + 1,
    assignment: {},
    state: 'finished' as const,
    score: i,
  }));
  const {good, rest} = splitObservations([
    {point: 6, assignment: {}, state: 'failed'},
    {point: 7, assignment: {}, state: 'finished', score: Number.NaN},
    ...points,
  ]);
  t.same(
    [good, rest].map((side) => side.map(({point}) => point)),
    [[1], [2, 3, 4, 5, 6, 7]],
  );
});
