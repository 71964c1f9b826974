import t from 'tap';
import {type GroupEnding, type GroupRun, memberLabel, spreadOf} from '../../src/report/group.js';
import {groupLine, groupScreen} from '../../src/report/group-screen.js';
import {createStyle} from '../../src/report/style.js';
import {widthOf} from '../../src/report/text.js';

const view = {style: createStyle(false), width: Number.POSITIVE_INFINITY};

const finished = (fold: number, accuracy: number, best: number, test: number): GroupRun => ({
  run: fold,
  fold,
  numFolds: 3,
  state: 'finished',
  path: `runs/a-${fold}`,
  metrics: {
    final: {loss: 0.5, val_loss: 0.25, val_accuracy: accuracy},
    best: {epoch: 1, metrics: {loss: 0.75, val_loss: 0.25, val_accuracy: best}},
    test: {test_accuracy: test},
  },
});

const ending = (...runs: readonly GroupRun[]): GroupEnding => ({id: 'abcdefgh', runs, spread: spreadOf(runs)});

t.test('mean and sample standard deviation', async (t) => {
  // (0.5, 0.7, 0.9): mean 0.7, deviations −0.2, 0, 0.2, so √(0.08 / 2) = 0.2.
  const {spread} = ending(finished(1, 0.5, 0.5, 1), finished(2, 0.7, 0.7, 2), finished(3, 0.9, 0.9, 4));
  const {mean, std, numRuns} = spread.final.val_accuracy!;
  t.ok(Math.abs(mean - 0.7) < 1e-12);
  t.ok(Math.abs(std! - 0.2) < 1e-12);
  t.equal(numRuns, 3);
  t.strictSame(spread.final.loss, {mean: 0.5, std: 0, numRuns: 3});
  // (1, 2, 4): mean 7/3, squares 16/9 + 1/9 + 25/9 = 42/9, √(42/18).
  t.ok(Math.abs(spread.test.test_accuracy!.std! - Math.sqrt(42 / 18)) < 1e-12);
  t.strictSame(Object.keys(spread.best), ['loss', 'val_loss', 'val_accuracy']);
  t.strictSame(spreadOf([finished(1, 0.5, 0.5, 1)]).final.val_accuracy, {mean: 0.5, numRuns: 1});
  t.strictSame(spreadOf([]), {final: {}, best: {}, test: {}});
});

t.test('labels name what differs', async (t) => {
  t.equal(memberLabel({seed: 7}), 'seed 7');
  t.equal(memberLabel({fold: 2, numFolds: 5}), 'fold 2 of 5');
  t.equal(memberLabel({fold: 2, numFolds: 5, seed: 0}), 'fold 2 of 5, seed 0');
  t.equal(groupLine([1, 2].map((seed) => ({run: seed, numRuns: 2, seed}))), '2 runs: seed 1; seed 2\n');
  const many = Array.from({length: 13}, (_, seed) => ({run: seed + 1, numRuns: 13, seed}));
  t.match(groupLine(many), /^13 runs: seed 0; .*; seed 11; …\n$/);
});

t.test('the table of a group', async (t) => {
  const whole = ending(finished(1, 0.5, 0.6, 0.25), finished(2, 0.7, 0.8, 0.75));
  const lines = [
    'run                loss    val_loss     val_accuracy  best val_loss  best val_accuracy    test_accuracy  folder',
    'fold 1 of 3      0.5000      0.2500           0.5000         0.2500             0.6000           0.2500  runs/a-1',
    'fold 2 of 3      0.5000      0.2500           0.7000         0.2500             0.8000           0.7500  runs/a-2',
    'mean ± std   0.5000 ± 0  0.2500 ± 0  0.6000 ± 0.1414     0.2500 ± 0    0.7000 ± 0.1414  0.5000 ± 0.3536',
    'std is the sample standard deviation (n − 1) over 2 runs',
    'group abcdefgh',
  ];
  t.equal(groupScreen(whole, view), `${lines.join('\n')}\n`);
});

t.test('runs that did not finish are listed and not averaged', async (t) => {
  const runs: readonly GroupRun[] = [
    finished(1, 0.5, 0.5, 0.5),
    {run: 2, fold: 2, numFolds: 3, state: 'diverged', path: 'runs/a-2', error: {code: 'DIVERGED', message: 'x'}},
    {run: 3, fold: 3, numFolds: 3, state: 'notStarted'},
  ];
  const text = groupScreen(ending(...runs), view);
  t.match(text, /^fold 1 of 3 +finished +0\.5000/m);
  t.match(text, /^fold 2 of 3 +diverged +runs\/a-2$/m);
  t.match(text, /^fold 3 of 3 +not started$/m);
  t.match(text, /^mean +0\.5000/m);
  t.notMatch(text, /std/);
  t.match(text, /^group abcdefgh: 1 of 3 runs finished$/m);
});

t.test('a narrow terminal keeps the run and the most telling metric', async (t) => {
  const whole = ending(finished(1, 0.5, 0.6, 0.25), finished(2, 0.7, 0.8, 0.75));
  const rowOf = (width: number): readonly string[] => {
    const lines = groupScreen(whole, {...view, width})
      .split('\n')
      .slice(0, 4);
    t.ok(lines.every((line) => widthOf(line) <= width));
    return lines[0]!.split(/ {2,}/);
  };
  t.strictSame(rowOf(30), ['run', 'test_accuracy']);
  t.strictSame(rowOf(60), ['run', 'best val_accuracy', 'test_accuracy', 'folder']);
  t.strictSame(rowOf(80), ['run', 'best val_loss', 'best val_accuracy', 'test_accuracy', 'folder']);
});
