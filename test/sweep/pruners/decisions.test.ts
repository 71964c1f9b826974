import t from 'tap';
import type {LearningCurve} from '../../../src/sweep/pruners/pruner.js';
import {makePruner, stopEpochs, type WrittenPruner} from './replay.js';

const curve = (trial: number, scores: readonly number[], isComplete = true): LearningCurve => ({
  trial,
  isComplete,
  scores: new Map(scores.map((score, i) => [i + 1, score])),
});

const others = [0.1, 0.2, 0.3, 0.4, 0.5].map((score, i) => curve(i + 2, [1, score]));

t.test('median', async (t) => {
  const {decide} = makePruner({type: 'median'});
  t.equal(
    decide({trial: curve(1, [0.9, 0.35], false), others}),
    'median: its best, 0.35, is worse than 0.3, the median of 5 finished trials at epoch 2',
  );
  t.equal(decide({trial: curve(1, [0.25, 0.9], false), others}), undefined, 'what counts is its best so far');
  t.equal(
    decide({trial: curve(1, [0.9, 0.35], false), others: others.slice(1)}),
    undefined,
    'five have to finish first',
  );
  const unfinished = others.map((other) => ({...other, isComplete: false}));
  t.equal(
    decide({trial: curve(1, [0.9, 0.35], false), others: unfinished}),
    undefined,
    'trials that were stopped do not count',
  );
  t.equal(
    makePruner({type: 'median', startupTrials: 0}, {goal: 'maximize'}).decide({
      trial: curve(1, [-0.5], false),
      others: [curve(2, [-0.6]), curve(3, [-0.9])],
    }),
    'median: its best, 0.5, is worse than 0.75, the median of 2 finished trials at epoch 1',
    'values are said as the metric has them',
  );
});

t.test('percentile', async (t) => {
  // 20 % of the way from the first to the last of five values is a fifth of 4 ranks: 0.8 of the way from 0.1 to 0.2
  const {decide} = makePruner({type: 'percentile', percentile: 20});
  t.equal(
    decide({trial: curve(1, [0.9, 0.19], false), others}),
    'percentile: its best, 0.19, is worse than 0.18, the limit of the best 20% of 5 finished trials at epoch 2',
  );
  t.equal(decide({trial: curve(1, [0.9, 0.17], false), others}), undefined);
});

t.test('warm-up and interval', async (t) => {
  const worse = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9].map((score, i) => [i + 1, score] as const);
  const pruner = makePruner({type: 'threshold', upper: 0.5, warmupEpochs: 2, interval: 3});
  const stops = worse.map((_, i) =>
    pruner.decide({trial: {trial: 1, isComplete: false, scores: new Map(worse.slice(0, i + 1))}, others: []})
      ? i + 1
      : 0,
  );
  t.strictSame(stops, [0, 0, 3, 0, 0, 6, 0, 0], 'epochs 3, 6, … are looked at');
  const sparse = new Map([1, 5, 7, 8].map((epoch) => [epoch, 0.9] as const));
  const seen = [...sparse].map(([epoch], i) =>
    pruner.decide({trial: {trial: 1, isComplete: false, scores: new Map([...sparse].slice(0, i + 1))}, others: []})
      ? epoch
      : 0,
  );
  t.strictSame(seen, [0, 5, 7, 0], 'or the first with a score after them');
});

t.test('threshold', async (t) => {
  const message = (spec: object, score: number, goal: 'minimize' | 'maximize' = 'minimize') =>
    makePruner({type: 'threshold', ...spec}, {goal}).decide({trial: curve(1, [0.5, score], false), others: []});
  t.equal(message({upper: 2}, 2.5), 'threshold: 2.5 at epoch 2 is above 2');
  t.equal(message({upper: 2}, 2), undefined);
  t.equal(message({lower: 0.6}, -0.59, 'maximize'), 'threshold: 0.59 at epoch 2 is below 0.6');
  t.equal(message({lower: 0.6}, -0.61, 'maximize'), undefined);
  t.equal(message({upper: 2}, Number.POSITIVE_INFINITY), 'threshold: Infinity at epoch 2 is above 2');
  t.equal(message({lower: 0}, Number.NaN), 'threshold: NaN at epoch 2');
});

t.test('patience', async (t) => {
  const message = (scores: readonly number[], spec: object = {}, goal: 'minimize' | 'maximize' = 'minimize') =>
    makePruner({type: 'patience', patience: 2, ...spec}, {goal}).decide({trial: curve(1, scores, false), others});
  t.equal(message([0.5, 0.4, 0.45]), undefined);
  t.equal(message([0.5, 0.4, 0.45, 0.4]), 'patience: no improvement on 0.4 of epoch 2 up to epoch 4');
  t.equal(message([0.5, 0.4, 0.45, 0.39]), undefined);
  t.equal(
    message([0.5, 0.4, 0.45, 0.39], {minDelta: 0.02}),
    'patience: no improvement on 0.4 of epoch 2 up to epoch 4',
  );
  t.equal(message([-0.5, -0.4, -0.3], {}, 'maximize'), 'patience: no improvement on 0.5 of epoch 1 up to epoch 3');
  t.equal(message([Number.NaN, Number.NaN]), 'patience: nothing but NaN up to epoch 2');
  t.equal(message([Number.NaN, 0.4, Number.NaN]), undefined);
  t.strictSame(
    stopEpochs(makePruner({type: 'patience', patience: 2}), [
      [
        [2, 0.5],
        [4, 0.6],
        [6, 0.7],
      ],
    ]),
    [6],
    'epochs without a score do not count',
  );
  const judged = {patience: 1, pruner: {type: 'median'}};
  t.equal(message([0.05, 0.4], judged), undefined, 'no improvement, but better than the median');
  t.match(message([0.41, 0.45], judged) ?? '', /^median: its best, 0.41/);
});

t.test('what cannot be is refused', async (t) => {
  const refused = (written: WrittenPruner, message: RegExp): void => {
    t.throws(() => makePruner(written), {code: 'SPEC_INVALID', message});
  };
  refused({type: 'threshold'}, /neither lower nor upper/);
  refused({type: 'threshold', lower: 2, upper: 1}, /lower 2 above upper 1/);
});
