import t from 'tap';
import {Rng} from '../../../../src/support/random.js';
import {buildSampler, type SamplerSpec} from '../../../../src/sweep/samplers/index.js';
import type {Observation, Sampler} from '../../../../src/sweep/samplers/sampler.js';
import type {Assignment, SearchSpace} from '../../../../src/sweep/space/search-space.js';
import {spaceOf} from '../objectives.js';

const spec: SamplerSpec = {type: 'cmaEs', sigma: 0.2, restarts: true};
const plane = spaceOf({
  x: {kind: 'float', low: -5, high: 5, scale: 'linear'},
  rate: {kind: 'float', low: 1e-6, high: 1, scale: 'log'},
});
/** Least, 0, at x = 2, rate = 10⁻²; in the coordinates of the space a long valley across both. */
const valley = ({x, rate}: Assignment): number => {
  const [u, v] = [(x as number) - 2, Math.log10(rate as number) + 2];
  return (u - v) ** 2 * 100 + (u + v) ** 2;
};

/** Several points at once, the slowest of them done last; every so many fail. */
function inParallel(
  sampler: Sampler,
  score: (assignment: Assignment) => number,
  options: {
    readonly count: number;
    readonly parallel: number;
    readonly seed: number;
    readonly failEvery?: number;
  },
): readonly Observation[] {
  const rng = Rng.fromSeed(options.seed).split('order');
  const observations: Observation[] = [];
  const running: number[] = [];
  for (let point = 1; point <= options.count; ) {
    if (running.length < options.parallel) {
      observations.push({
        point,
        assignment: sampler.suggest({point, seed: options.seed, observations}),
        state: 'running',
      });
      running.push(point - 1);
      point++;
      continue;
    }
    const [index] = running.splice(rng.below(running.length), 1);
    const {assignment, point: ended} = observations[index!]!;
    const isFailed = options.failEvery !== undefined && ended % options.failEvery === 0;
    observations[index!] = {
      point: ended,
      assignment,
      ...(isFailed ? {state: 'failed'} : {state: 'finished', score: score(assignment)}),
    };
  }
  return observations;
}

const best = (observations: readonly Observation[]): number =>
  Math.min(...observations.map(({score}) => score ?? Number.POSITIVE_INFINITY));

t.test('it runs down a long valley, one after another, many at once, and when some points fail', async (t) => {
  for (const [name, {most, ...options}] of Object.entries({
    'one after another': {parallel: 1, most: 1e-3},
    'four at once': {parallel: 4, most: 1e-3},
    'more at once than a generation has points': {parallel: 10, most: 0.05},
    'every third fails': {parallel: 1, failEvery: 3, most: 1e-3},
  })) {
    const regrets = [1, 2, 3, 4, 5].map((seed) =>
      best(inParallel(buildSampler(spec, plane), valley, {count: 300, seed, ...options})),
    );
    const median = regrets.sort((a, b) => a - b)[2]!;
    // A point at random is below r with chance πr / 1200, so the best of 300 has 0.9.
    t.ok(median < most, `${name}: ${median}`);
  }
});

t.test('a generation that is not over does not count', async (t) => {
  const sampler = buildSampler(spec, plane);
  const observations = inParallel(sampler, valley, {count: 12, parallel: 1, seed: 1}).slice(0, 6);
  const ask = (known: readonly Observation[]) => sampler.suggest({point: 13, seed: 1, observations: known});
  const [first, last] = [ask([]), ask(observations)];
  t.same(ask(observations.slice(0, 5)), first, 'of two parameters six points are one');
  t.same(ask(observations.map((one, i) => (i === 2 ? {...one, state: 'running' as const} : one))), first);
  t.not(JSON.stringify(last), JSON.stringify(first));
});

t.test('whole numbers do not freeze', async (t) => {
  const space = spaceOf(
    Object.fromEntries(
      Array.from({length: 4}, (_, i) => [`n${i}`, {kind: 'int', low: 1, high: 9, scale: i % 2 ? 'log' : 'linear'}]),
    ),
  );
  const target = [8, 2, 3, 7];
  const score = (assignment: Assignment): number =>
    target.reduce((sum, value, i) => sum + Math.abs((assignment[`n${i}`] as number) - value), 0);
  const ends = [1, 2, 3, 4, 5].map((seed) => {
    const observations = inParallel(buildSampler(spec, space), score, {count: 250, parallel: 1, seed});
    const late = new Set(observations.slice(-50).map(({assignment}) => JSON.stringify(assignment)));
    t.ok(late.size > 2, `seed ${seed}: still ${late.size} different points at the end`);
    return best(observations);
  });
  t.ok(ends.filter((end) => end === 0).length >= 4, `${ends}`); // one of 6,561 points; 250 at random find it one time in 26
});

t.test('it begins anew when it has converged, with more points a generation', async (t) => {
  const flat = spaceOf({x: {kind: 'float', low: 0, high: 1, scale: 'linear'}});
  const run = (restarts: boolean): readonly number[] =>
    inParallel(buildSampler({...spec, restarts} as SamplerSpec, flat), ({x}) => ((x as number) - 0.25) ** 2, {
      count: 400,
      parallel: 1,
      seed: 3,
    }).map(({assignment}) => assignment.x as number);
  const isFar = (x: number): boolean => Math.abs(x - 0.25) > 0.01;
  t.same(run(false).slice(200).filter(isFar), [], 'it stays where it converged');
  t.ok(run(true).slice(200).filter(isFar).length > 5, 'it leaves');
});

t.test('choices are drawn at random, beside the numbers', async (t) => {
  const space = spaceOf({
    x: {kind: 'float', low: 0, high: 1, scale: 'linear'},
    choice: {kind: 'categorical', choices: ['a', 'b']},
  });
  const observations = inParallel(buildSampler(spec, space), ({x}) => x as number, {count: 200, parallel: 1, seed: 2});
  const numA = observations.filter(({assignment}) => assignment.choice === 'a').length;
  t.ok(Math.abs(numA - 100) < 30, `${numA}`);
  const only = spaceOf({choice: {kind: 'categorical', choices: ['a', 'b']}});
  t.throws(() => buildSampler(spec, only), {code: 'SPEC_INVALID', message: /no parameter is a range/});
});

t.test('a parameter that is seldom active is learnt too', async (t) => {
  const space: SearchSpace = {
    ...plane,
    isActive: ({name}, before) => name !== 'rate' || (before.x as number) > 0,
  };
  const score = ({x, rate}: Assignment): number =>
    rate === undefined ? 10 : Math.abs((x as number) - 2) + Math.abs(Math.log10(rate as number) + 4);
  const regrets = [1, 2, 3].map((seed) =>
    best(inParallel(buildSampler(spec, space), score, {count: 200, parallel: 2, seed})),
  );
  t.ok(regrets.sort((a, b) => a - b)[1]! < 0.01, `${regrets}`);
});
