import t from 'tap';
import {importanceOf} from '../../src/comparison/importance.js';
import {kruskalWallis, ranksOf, spearman, upperTailOfChiSquared} from '../../src/comparison/ranks.js';
import {parseTerm} from '../../src/comparison/term.js';
import {readReference} from '../reference/read.js';
import {runOf, seedsOf} from './fixtures.js';

/** What SciPy computed; see test/reference/importance.py. */
interface Reference {
  readonly kruskal: readonly {
    readonly groups: readonly number[][];
    readonly h: number;
    readonly p: number;
    readonly share: number;
  }[];
  readonly spearman: readonly {readonly x: readonly number[]; readonly y: readonly number[]; readonly rho: number}[];
  readonly tails: readonly {readonly x: number; readonly degrees: number; readonly p: number}[];
  readonly ranks: {readonly values: readonly number[]; readonly ranks: readonly number[]};
}

const reference = readReference<Reference>('importance');
const isClose = (actual: number | undefined, expected: number): boolean =>
  actual !== undefined && Math.abs(actual - expected) <= 1e-9 * Math.max(1e-12, Math.abs(expected));

t.test('ranks, Kruskal–Wallis, Spearman and the χ² tail are SciPy’s', async (t) => {
  t.same(ranksOf(reference.ranks.values), reference.ranks.ranks);
  for (const {groups, h, p, share} of reference.kruskal) {
    const result = kruskalWallis(groups);
    t.ok(isClose(result?.h, h) && isClose(result?.p, p), `H ${result?.h} of ${h}, p ${result?.p} of ${p}`);
    t.ok(isClose(result?.share, share), `share ${result?.share} of ${share}`);
  }
  for (const {x, y, rho} of reference.spearman) t.ok(isClose(spearman(x, y), rho), `${spearman(x, y)} of ${rho}`);
  for (const {x, degrees, p} of reference.tails) {
    t.ok(isClose(upperTailOfChiSquared(x, degrees), p), `${upperTailOfChiSquared(x, degrees)} of ${p}`);
  }
  t.equal(kruskalWallis([[1, 2, 3]]), undefined, 'one group says nothing');
  t.equal(
    kruskalWallis([
      [1, 1],
      [1, 1],
    ]),
    undefined,
    'nothing varies',
  );
  t.equal(spearman([1, 1], [2, 3]), undefined);
});

t.test('the setting that decides comes first; seeds are no setting', async (t) => {
  const runs = seedsOf({0.001: [0.5, 0.51, 0.52], 0.01: [0.9, 0.91, 0.92], 0.1: [0.7, 0.71, 0.72]}).map(
    (run, index) => ({
      ...run,
      settings: new Map([...run.settings, ['training.batchSize', index % 2 === 0 ? 16 : 32]]),
    }),
  );
  const {settings, numRuns, numDiverged} = importanceOf(runs, parseTerm('val_accuracy'));
  t.same(
    settings.map(({path}) => path),
    ['training.optimizer.learningRate', 'training.batchSize'],
  );
  // Ranks by rate: 1 to 3, 7 to 9, 4 to 6: H = 12 / (9 · 10) · (6² + 24² + 15²) / 3 − 3 · 10 = 7.2, η² = (7.2 − 2) / 6.
  t.ok(isClose(settings[0]?.share, 5.2 / 6));
  t.equal(settings[1]?.share, 0);
  t.match({numRuns, numDiverged}, {numRuns: 9, numDiverged: 0});
});

t.test('a run that diverged counts as the worst, one that failed does not count', async (t) => {
  const at = (rate: number, state: 'finished' | 'diverged' | 'failed', loss: number) =>
    runOf(`${rate}${state}${loss}`, {spec: {training: {learningRate: rate}}, state, last: {val_loss: loss}});
  const runs = [
    at(0.1, 'finished', 1),
    at(0.1, 'finished', 2),
    at(9, 'diverged', 0),
    at(9, 'diverged', 0),
    at(9, 'failed', 0),
  ];
  const {settings, numRuns, numDiverged} = importanceOf(runs, parseTerm('val_loss'));
  t.match({numRuns, numDiverged}, {numRuns: 4, numDiverged: 2});
  t.ok(settings[0]!.correlation! > 0.8, 'larger rates go with larger losses');
});

t.test('a number of many values is cut into parts of equally many runs', async (t) => {
  const runs = Array.from({length: 50}, (_, index) =>
    runOf(`r${index}`, {spec: {training: {rate: index / 50}}, last: {val_loss: Math.abs(index - 24.5)}}),
  );
  const [setting] = importanceOf(runs, parseTerm('val_loss')).settings;
  t.ok(setting!.share! > 0.8, 'the valley is seen');
  t.ok(Math.abs(setting!.correlation!) < 0.05, 'though a correlation does not see it');
});
