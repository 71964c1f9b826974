import t from 'tap';
import {buildSampler, type SamplerSpec} from '../../../../src/sweep/samplers/index.js';
import type {Observation} from '../../../../src/sweep/samplers/sampler.js';
import type {SearchSpace} from '../../../../src/sweep/space/search-space.js';
import {spaceOf} from '../objectives.js';

const spec = {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: true} as const;
const random = (space: SearchSpace) => buildSampler({type: 'random'}, space);
const finished = (point: number, assignment: Observation['assignment'], score: number): Observation => ({
  point,
  assignment,
  state: 'finished',
  score,
});

t.test('points are random until ten have a score', async (t) => {
  const space = spaceOf({x: {kind: 'float', low: 0, high: 1, scale: 'linear'}});
  const [sampler, uniform] = [buildSampler(spec, space), random(space)];
  const ask = (observations: readonly Observation[]) => ({point: 99, seed: 4, observations});
  const observations = Array.from({length: 9}, (_, i) => finished(i + 1, {x: i / 10}, i));
  const failed: Observation = {point: 10, assignment: {x: 0.95}, state: 'failed'};
  const running: Observation = {point: 11, assignment: {x: 0.95}, state: 'running'};
  const pruned: Observation = {point: 12, assignment: {x: 0.95}, state: 'pruned', score: 3, epoch: 1};
  t.same(sampler.suggest(ask([...observations, failed, running])), uniform.suggest(ask([])));
  t.not(
    (sampler.suggest(ask([...observations, failed, running, pruned])) as {x: number}).x,
    (uniform.suggest(ask([])) as {x: number}).x,
    'a pruned one counts',
  );
});

/** Of so many suggestions after the same observations, the share for which something holds. */
function share(
  space: SearchSpace,
  observations: readonly Observation[],
  holds: (assignment: Observation['assignment']) => boolean,
  of: SamplerSpec = spec,
): number {
  const sampler = buildSampler(of, space);
  const count = 200;
  const point = observations.length + 1;
  return (
    Array.from({length: count}, (_, seed) => sampler.suggest({point, seed, observations})).filter(holds).length / count
  );
}

t.test('it looks where points were good', async (t) => {
  const space = spaceOf({
    x: {kind: 'float', low: 0, high: 1, scale: 'linear'},
    choice: {kind: 'categorical', choices: ['a', 'b', 'c', 'd']},
  });
  const uniform = random(space);
  const observations = Array.from({length: 60}, (_, i) => {
    const assignment = uniform.suggest({point: i + 1, seed: 5, observations: []});
    return finished(i + 1, assignment, Math.abs((assignment.x as number) - 0.8) + (assignment.choice === 'c' ? 0 : 1));
  });
  t.ok(share(space, observations, ({x}) => Math.abs((x as number) - 0.8) < 0.1) > 0.6, 'of 0.2 by chance');
  t.ok(share(space, observations, ({choice}) => choice === 'c') > 0.8, 'of 0.25 by chance');
});

t.test('parameters that go together are suggested together', async (t) => {
  // Good where both are high or both are low.
  const space = spaceOf({
    x: {kind: 'float', low: 0, high: 1, scale: 'linear'},
    y: {kind: 'float', low: 0, high: 1, scale: 'linear'},
  });
  const uniform = random(space);
  const observations = Array.from({length: 150}, (_, i) => {
    const assignment = uniform.suggest({point: i + 1, seed: 6, observations: []});
    const [x, y] = [assignment.x as number, assignment.y as number];
    return finished(i + 1, assignment, Math.min(Math.hypot(x - 0.1, y - 0.1), Math.hypot(x - 0.9, y - 0.9)));
  });
  const isGood = ({x, y}: Observation['assignment']): boolean => (x as number) < 0.5 === (y as number) < 0.5;
  t.ok(share(space, observations, isGood) > 0.9, 'of 0.5 by chance');

  // Which x goes with which y matters to them together, and to neither of them alone.
  const exchanged = observations.map((observation, i) => {
    const other = observations.find(({score}, k) => k !== i && score! < 0.1 === observation.score! < 0.1)!;
    return {...observation, assignment: {...observation.assignment, y: other.assignment.y!}};
  });
  const xOf = (multivariate: boolean, known: readonly Observation[]) =>
    buildSampler({...spec, multivariate}, space).suggest({point: 151, seed: 1, observations: known}).x;
  t.equal(xOf(false, exchanged), xOf(false, observations));
  t.not(xOf(true, exchanged), xOf(true, observations));
});

t.test('it keeps away from where a point is running, and from where one failed', async (t) => {
  const space = spaceOf({x: {kind: 'float', low: 0, high: 1, scale: 'linear'}});
  const observations = Array.from({length: 20}, (_, i) => finished(i + 1, {x: i / 19}, Math.abs(i / 19 - 0.5)));
  const near = ({x}: Observation['assignment']): boolean => Math.abs((x as number) - 0.5) < 0.03;
  const alone = share(space, observations, near);
  for (const state of ['running', 'failed'] as const) {
    const others = Array.from(
      {length: 4},
      (_, i): Observation => ({point: 21 + i, assignment: {x: 0.49 + i / 200}, state}),
    );
    const beside = share(space, [...observations, ...others], near);
    t.ok(beside < alone / 2, `${state}: ${beside} of ${alone}`);
  }
});

t.test('what depends on a condition is learnt from the points that have it', async (t) => {
  const space: SearchSpace = {
    ...spaceOf({
      optimizer: {kind: 'categorical', choices: ['sgd', 'adam']},
      momentum: {kind: 'float', low: 0, high: 1, scale: 'linear'},
      rate: {kind: 'float', low: 0, high: 1, scale: 'linear'},
    }),
    isActive: ({name}, {optimizer}) => name !== 'momentum' || optimizer === 'sgd',
  };
  const uniform = random(space);
  const observations = Array.from({length: 80}, (_, i) => {
    const assignment = uniform.suggest({point: i + 1, seed: 7, observations: []});
    const {optimizer, momentum, rate} = assignment as {optimizer: string; momentum?: number; rate: number};
    const score = Math.abs(rate - 0.3) + (optimizer === 'sgd' ? Math.abs(momentum! - 0.9) : 0.5);
    return finished(i + 1, assignment, score);
  });
  const isActive = ({optimizer, momentum}: Observation['assignment']): boolean =>
    (optimizer === 'sgd') === (momentum !== undefined);
  t.equal(share(space, observations, isActive), 1);
  t.ok(share(space, observations, ({momentum}) => (momentum as number) > 0.7) > 0.6, 'of 0.15 by chance');
});

t.test('pruned points stand behind finished ones, those that came further first', async (t) => {
  const space = spaceOf({x: {kind: 'float', low: 0, high: 1, scale: 'linear'}});
  // All but one are pruned early with a score that says nothing; two of ten percent are good, the second the one that came furthest.
  const observations: Observation[] = Array.from({length: 20}, (_, i) => ({
    point: i + 1,
    assignment: {x: i / 20},
    state: 'pruned',
    score: i,
    epoch: i === 15 ? 9 : 1,
  }));
  observations[4] = finished(5, {x: 0.2}, 1000);
  const near = ({x}: Observation['assignment']): boolean =>
    Math.abs((x as number) - 0.2) < 0.15 || Math.abs((x as number) - 0.75) < 0.15;
  t.ok(share(space, observations, near) > 0.75, `${share(space, observations, near)} of 0.6 by chance`);
});

t.test('no point is tried twice before all have been', async (t) => {
  const space: SearchSpace = {
    ...spaceOf({
      a: {kind: 'int', low: 1, high: 4, scale: 'linear'},
      b: {kind: 'categorical', choices: ['x', null, 'z']},
    }),
    isFeasible: ({a, b}) => a !== 4 || b !== 'z',
  };
  const sampler = buildSampler(spec, space);
  const observations: Observation[] = [];
  for (let point = 1; point <= 12; point++) {
    const assignment = sampler.suggest({point, seed: 8, observations});
    observations.push(
      point % 5 === 0 ? {point, assignment, state: 'failed'} : finished(point, assignment, assignment.a as number),
    );
  }
  const keys = observations.map(({assignment}) => JSON.stringify(assignment));
  t.equal(new Set(keys.slice(0, 11)).size, 11);
  t.ok(keys.slice(0, 11).includes(keys[11]!), 'then again');
});
