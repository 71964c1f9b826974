import t from 'tap';
import {bestPoint, rankPoints} from '../../src/comparison/rank-points.js';
import type {TrialRecord} from '../../src/runs/sweep/records.js';

const trialOf = (trial: number, more: Partial<TrialRecord> = {}): TrialRecord => ({
  trial,
  point: trial,
  values: {rate: trial / 10},
  state: 'finished',
  attempts: 1,
  startedAt: '2026-01-02T03:04:05.000Z',
  reported: new Map(),
  ...more,
});

const order = (trials: readonly TrialRecord[], goal: 'maximize' | 'minimize', numSeeds = 1): string =>
  rankPoints(trials, {goal, numSeeds})
    .map(({point, rank, state}) => `${rank ?? '-'}:${point}:${state}`)
    .join(' ');

t.test('the best first, whichever way is better; then what does not count', async (t) => {
  const trials = [
    trialOf(1, {value: 0.5}),
    trialOf(2, {state: 'failed', message: 'no'}),
    trialOf(3, {value: 0.25}),
    trialOf(4, {state: 'running'}),
    trialOf(5, {state: 'pruned', epochs: 3, value: 0.01}),
    trialOf(6, {state: 'pruned', epochs: 9, value: 0.9}),
    trialOf(7, {value: 0.75}),
    trialOf(8, {state: 'pruned', epochs: 3, value: 0.02}),
    trialOf(9),
    trialOf(10, {value: Number.NaN}),
  ];
  t.equal(
    order(trials, 'minimize'),
    '1:3:finished 2:1:finished 3:7:finished -:6:pruned -:5:pruned -:8:pruned -:9:finished -:10:finished -:4:running -:2:failed',
  );
  t.equal(
    order(trials, 'maximize'),
    '1:7:finished 2:1:finished 3:3:finished -:6:pruned -:8:pruned -:5:pruned -:9:finished -:10:finished -:4:running -:2:failed',
  );
  t.equal(bestPoint(rankPoints(trials, {goal: 'minimize'}))?.point, 3, 'a pruned one is no best, however good it was');
  t.equal(bestPoint(rankPoints([trialOf(5, {state: 'pruned', value: 0.1})], {goal: 'minimize'})), undefined);
  t.strictSame(rankPoints([], {goal: 'minimize'}), []);
});

t.test('seeds of a point: mean and deviation; one lucky seed is no best', async (t) => {
  const of = (trial: number, value: number | undefined, state: TrialRecord['state'] = 'finished') =>
    trialOf(trial, {
      point: Math.floor((trial - 1) / 3) + 1,
      seed: (trial - 1) % 3,
      state,
      ...(value === undefined ? {} : {value}),
    });
  const trials = [
    ...[of(1, 0.5), of(2, 0.7), of(3, 0.9)],
    ...[of(4, 0.99), of(5, undefined, 'failed'), of(6, undefined, 'running')],
    ...[of(7, 0.6), of(8, 0.7), of(9, 0.8)],
    ...[of(10, 0.1), of(11, 0.11), of(12, 0.12)],
  ];
  const points = rankPoints(trials, {goal: 'maximize', numSeeds: 3});
  t.equal(
    points.map(({point, rank, state}) => `${rank ?? '-'}:${point}:${state}`).join(' '),
    '1:1:finished 2:3:finished 3:4:finished -:2:partly',
  );
  const [first, second, third, partly] = points;
  // (0.5, 0.7, 0.9): mean 0.7, deviations −0.2, 0, 0.2, so √(0.08 / 2) = 0.2.
  t.ok(Math.abs(first!.sample!.mean - 0.7) < 1e-12);
  t.ok(Math.abs(first!.sample!.std! - 0.2) < 1e-12);
  t.strictSame([first!.isWithinNoise, second!.isWithinNoise, third!.isWithinNoise], [false, true, false]);
  t.equal(partly!.sample!.values.length, 1);
  t.strictSame(
    partly!.trials.map(({trial}) => trial),
    [4, 5, 6],
  );
  const early = rankPoints(trials.slice(3, 6), {goal: 'maximize', numSeeds: 3});
  t.equal(bestPoint(early)?.point, 2, 'before any point is whole, what there is');
});
