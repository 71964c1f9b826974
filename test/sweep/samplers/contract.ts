import type {Test} from 'tap';
import {buildSampler, type SamplerSpec} from '../../../src/sweep/samplers/index.js';
import type {Observation, Sampler} from '../../../src/sweep/samplers/sampler.js';
import type {Distribution, Json} from '../../../src/sweep/space/distribution.js';
import type {Assignment, SearchSpace} from '../../../src/sweep/space/search-space.js';
import {spaceOf} from './objectives.js';

/** A distribution of every kind; of grids those only that have an end. */
export const everyKind: Readonly<Record<string, Distribution>> = {
  rate: {kind: 'float', low: 1e-5, high: 0.1, scale: 'log'},
  momentum: {kind: 'float', low: -0.5, high: 0.99, scale: 'linear'},
  dropout: {kind: 'float', low: 0.1, high: 0.7, scale: 'linear', step: 0.3}, // 0.4 and 0.7 are no sums of such numbers in binary
  units: {kind: 'int', low: 2, high: 5, scale: 'log'},
  kernel: {kind: 'int', low: 1, high: 6, scale: 'linear', step: 2}, // 1, 3, 5
  depth: {kind: 'int', low: -1, high: 1, scale: 'linear'},
  only: {kind: 'int', low: 7, high: 7, scale: 'linear'},
  optimizer: {kind: 'categorical', choices: ['sgd', {type: 'adam', betas: [0.9, 0.99]}, null, true]},
};
const ofGrids = ['dropout', 'kernel', 'depth', 'only', 'optimizer'];

const allowed: Readonly<Record<string, readonly Json[]>> = {
  dropout: [0.1, 0.4, 0.7],
  units: [2, 3, 4, 5],
  kernel: [1, 3, 5],
  depth: [-1, 0, 1],
  only: [7],
  optimizer: ['sgd', {type: 'adam', betas: [0.9, 0.99]}, null, true],
};

/** Something that depends on every parameter. */
const scoreOf = (assignment: Assignment): number =>
  Object.values(assignment).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? Math.abs(value - 0.4) : value === null ? 0 : 0.5),
    0,
  );

/** Points asked for one after another; every so often one is running, failed, pruned or diverged. */
export function observe(sampler: Sampler, count: number, seed = 1): readonly Observation[] {
  const observations: Observation[] = [];
  for (let point = 1; point <= count; point++) {
    const assignment = sampler.suggest({point, seed, observations});
    const score = scoreOf(assignment);
    if (point % 7 === 3) observations.push({point, assignment, state: 'failed'});
    else if (point % 7 === 5) observations.push({point, assignment, state: 'pruned', score, epoch: point % 4});
    else if (point === 8) observations.push({point, assignment, state: 'pruned'});
    else if (point === 9) observations.push({point, assignment, state: 'finished', score: Number.NaN});
    else if (point > count - 2) observations.push({point, assignment, state: 'running'});
    else
      observations.push({point, assignment, state: 'finished', score: point === 11 ? Number.POSITIVE_INFINITY : score});
  }
  return observations;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** What holds of every sampler. */
export function keepsContract(t: Test, spec: SamplerSpec): void {
  const isGrid = spec.type === 'grid';
  const distributions = Object.fromEntries(
    Object.entries(everyKind).filter(([name]) => !isGrid || ofGrids.includes(name)),
  );
  const space = deepFreeze(spaceOf(distributions));
  const count = 36; // of a grid all there are: 3 · 3 · 3 · 4 would be 108

  t.test('every value is one of its distribution', async (t) => {
    for (const {assignment, point} of observe(buildSampler(spec, space), count)) {
      t.same(Object.keys(assignment), Object.keys(distributions), `point ${point}`);
      for (const [name, value] of Object.entries(assignment)) {
        const distribution = distributions[name]!;
        const isOne = allowed[name]
          ? allowed[name].some((other) => JSON.stringify(other) === JSON.stringify(value))
          : distribution.kind === 'float' &&
            typeof value === 'number' &&
            value >= distribution.low &&
            value <= distribution.high;
        if (!isOne || Object.is(value, -0)) t.fail(`${name}: ${JSON.stringify(value)}`);
      }
    }
  });

  t.test('parameters are there when they are active', async (t) => {
    const conditional: SearchSpace = {
      ...space,
      isActive: ({name}, before) =>
        name === 'kernel' ? before.dropout !== 0.1 : name === 'depth' ? before.kernel === 3 : true,
    };
    const seen = new Set<string>();
    for (const {assignment, point} of observe(buildSampler(spec, conditional), count)) {
      const isExpected =
        'kernel' in assignment === (assignment.dropout !== 0.1) &&
        'depth' in assignment === (assignment.kernel === 3) &&
        'optimizer' in assignment;
      if (!isExpected) t.fail(`point ${point}: ${JSON.stringify(assignment)}`);
      seen.add(Object.keys(assignment).join());
    }
    t.ok(seen.size >= 2, 'some are active and some are not');
  });

  t.test('constraints hold', async (t) => {
    const constrained: SearchSpace = {
      ...space,
      isFeasible: ({kernel, depth}) => (kernel as number) + (depth as number) <= 2,
    };
    const points = observe(buildSampler(spec, constrained), 24);
    const broken = points.filter(({assignment}) => !constrained.isFeasible(assignment));
    t.same([points.length, broken], [24, []]);
  });

  t.test('a space without a feasible point is an error that says so', async (t) => {
    const empty: SearchSpace = {...space, isFeasible: () => false};
    t.throws(() => buildSampler(spec, empty).suggest({point: 1, seed: 1, observations: []}), {
      code: 'USAGE',
      message: /constraints/,
    });
  });

  t.test('the same question gets the same answer, whoever is asked and whatever was asked before', async (t) => {
    const sampler = buildSampler(spec, space);
    const observations = deepFreeze(observe(sampler, 33));
    const request = {point: 34, seed: 1, observations};
    const answer = sampler.suggest(request);
    t.same(buildSampler(spec, space).suggest(request), answer, 'a fresh sampler');
    const busy = buildSampler(spec, space);
    for (const numSeen of [20, 5, 33, 12]) {
      const then = {point: 35, seed: numSeen, observations: observations.slice(0, numSeen)};
      t.same(busy.suggest(then), buildSampler(spec, space).suggest(then), `${numSeen} points seen`);
    }
    t.same(busy.suggest(request), answer, 'after other questions');
    const stored = observations.map((observation) => ({
      ...observation,
      assignment: JSON.parse(JSON.stringify(observation.assignment)) as Assignment,
    }));
    t.same(busy.suggest({...request, observations: stored}), answer, 'of observations that were written and read');
    t.same(busy.suggest({...request, observations: observations.toReversed()}), answer, 'in whatever order they come');
  });

  t.test('seeds and points matter', async (t) => {
    const sampler = buildSampler(spec, space);
    const ask = (point: number, seed: number): string =>
      JSON.stringify(sampler.suggest({point, seed, observations: []}));
    const points = new Set(Array.from({length: 12}, (_, i) => ask(i + 1, 1)));
    t.ok(points.size >= 8, 'points');
    if (!isGrid) t.ok(new Set(Array.from({length: 12}, (_, i) => ask(1, i))).size >= 8, 'seeds');
  });

  t.test('who says that observations do not matter is right', async (t) => {
    const sampler = buildSampler(spec, space);
    const observations = observe(sampler, 33);
    const [without, withThem] = [[], observations].map((known) =>
      Array.from({length: 3}, (_, i) => sampler.suggest({point: 34 + i, seed: 1, observations: known})),
    );
    if (sampler.isAdaptive) t.not(JSON.stringify(without), JSON.stringify(withThem));
    else t.same(without, withThem);
  });
}
