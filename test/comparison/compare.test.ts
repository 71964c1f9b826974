import t from 'tap';
import {compareRuns} from '../../src/comparison/compare.js';
import {failuresOf} from '../../src/comparison/gate.js';
import {goalOf} from '../../src/comparison/goal.js';
import {parseTerm, termValue} from '../../src/comparison/term.js';
import {runOf, seedsOf} from './fixtures.js';

t.test('runs that differ in seed only share a row: mean, std, and what may be chance', async (t) => {
  // By SciPy's Welch test p is 0.57 between the first two rows and 5e-7 between the first and the last.
  const runs = seedsOf({0.01: [0.5, 0.51, 0.52], 0.001: [0.97, 0.98, 0.99], 0.003: [0.975, 0.985, 0.995]});
  const {rows, columns, sortedBy, groupedBy} = compareRuns(runs);
  t.same(groupedBy, ['seed']);
  t.equal(sortedBy?.term.text, 'val_accuracy');
  t.same(
    columns.map(({term}) => term.text),
    ['training.optimizer.learningRate', 'val_accuracy'],
    'what differs, and what came of it on the validation set',
  );
  const accuracy = rows.map(({cells}) => cells[1]!);
  t.same(
    rows.map(({cells}) => cells[0]!.value),
    [0.003, 0.001, 0.01],
    'the best first',
  );
  t.same(
    accuracy.map(({isBest, isWithinNoise}) => [isBest, isWithinNoise]),
    [
      [true, false],
      [false, true],
      [false, false],
    ],
  );
  t.ok(Math.abs(accuracy[0]!.sample!.mean - 0.985) < 1e-12);
  t.ok(Math.abs(accuracy[0]!.sample!.std! - 0.01) < 1e-12);
  t.equal(compareRuns(runs, {groupBy: []}).rows.length, 9, 'a row for each when nothing groups');
  t.equal(compareRuns(runs, {groupBy: ['seed', 'training.optimizer.learningRate']}).rows.length, 1);
});

t.test('unfinished runs are shown, sorted by what they have, and never the best', async (t) => {
  const runs = [
    runOf('a', {last: {val_loss: 0.5}}),
    runOf('b', {last: {val_loss: 0.1}, state: 'diverged'}),
    runOf('c', {last: {val_loss: 0.4}}),
    runOf('d', {state: 'corrupt'}),
    runOf('e', {last: {val_loss: Number.NaN}, state: 'failed'}),
  ];
  const {rows} = compareRuns(runs);
  t.same(
    rows.map((row) => row.runs[0]!.id),
    ['b', 'c', 'a', 'd', 'e'],
  );
  t.same(
    rows.map(({cells}) => cells[0]!.isBest),
    [false, true, false, false, false],
  );
});

t.test('terms look into epochs, the best moment, the test set, the spec and facts', async (t) => {
  const run = runOf('a', {
    spec: {training: {batchSize: 32}, data: {inputs: ['a', 'b']}},
    epochs: [
      {epoch: 1, val_accuracy: 0.5, val_loss: 3},
      {epoch: 2, val_accuracy: 0.9, val_loss: 1},
      {epoch: 3, val_accuracy: 0.7, val_loss: 2},
    ],
    last: {val_accuracy: 0.7, val_loss: 2},
    best: {val_accuracy: 0.9, val_loss: 1},
    test: {test_accuracy: 0.8},
    durationSeconds: 12,
  });
  const cases = {
    val_accuracy: 0.9,
    'last val_accuracy': 0.7,
    'best val_loss': 1,
    'max val_loss': 3,
    'min val_accuracy': 0.5,
    'first val_accuracy': 0.5,
    'mean val_loss': 2,
    'val_loss@3': 2,
    test_accuracy: 0.8,
    'training.batchSize': 32,
    'data.inputs': '["a","b"]',
    duration: 12,
    state: 'finished',
    'val_loss@9': undefined,
    nothing: undefined,
  };
  for (const [text, expected] of Object.entries(cases)) t.equal(termValue(run, parseTerm(text)), expected, text);
  for (const text of ['', 'a b', 'max a@3', '3', '@1']) t.throws(() => parseTerm(text), {code: 'USAGE'}, text);
});

t.test('what is better follows from a name', async (t) => {
  const cases = {
    loss: 'minimize',
    val_price_loss: 'minimize',
    accuracy: 'maximize',
    test_top5Accuracy: 'maximize',
    val_recall_setosa: 'maximize',
    meanAbsoluteError: 'minimize',
    val_price_r2: 'maximize',
    f1: 'maximize',
    whatever: undefined,
  } as const;
  for (const [name, goal] of Object.entries(cases)) t.equal(goalOf(name), goal, name);
});

t.test('where, sort, top and columns; names that no run has are refused with the nearest', async (t) => {
  const runs = seedsOf({0.01: [0.5], 0.001: [0.9], 0.003: [0.7]});
  const best = compareRuns(runs, {where: 'val_accuracy > 0.6', columns: ['val_accuracy', 'max val_accuracy'], top: 1});
  t.equal(best.numFiltered, 1);
  t.equal(best.numCut, 1);
  t.same(best.rows[0]!.cells[0]!.value, 0.9);
  t.same(
    compareRuns(runs, {sort: 'training.optimizer.learningRate'}).rows.map((row) => row.cells[0]!.value),
    [0.001, 0.003, 0.01],
  );
  t.equal(compareRuns(runs, {reverse: true}).rows[0]!.runs[0]!.last.val_accuracy, 0.5);
  const refused = {code: 'USAGE', hint: 'did you mean val_accuracy?'};
  t.throws(() => compareRuns(runs, {where: 'val_acuracy > 1'}), {
    ...refused,
    message: '--where: no run has "val_acuracy"',
  });
  t.throws(() => compareRuns(runs, {columns: ['val_acuracy']}), refused);
  t.throws(() => compareRuns(runs, {sort: 'val_acuracy'}), refused);
});

t.test('the gate fails on means, on missing values, and not without a baseline', async (t) => {
  const {rows} = compareRuns(seedsOf({0.01: [0.5, 0.52], 0.001: [0.9, 0.92]}));
  const baseline = {runs: seedsOf({0.1: [0.93, 0.95]})};
  t.same(
    failuresOf(['val_accuracy < baseline - 0.05'], rows, baseline).map(({values}) => values),
    [[{term: 'val_accuracy', value: 0.51, baseline: 0.94}]],
  );
  t.equal(failuresOf(['val_accuracy < baseline - 0.02', 'val_accuracy < 0.6'], rows, baseline).length, 3);
  t.equal(
    failuresOf(['val_accuracy < 0.1'], [...rows, {runs: [runOf('dead', {state: 'failed'})]}], undefined).length,
    1,
  );
  t.throws(() => failuresOf(['val_accuracy < baseline'], rows, undefined), {
    code: 'USAGE',
    hint: 'name one with --baseline RUN',
  });
});

t.test('settings and metrics that are called after classes may hold any letters', async (t) => {
  const weights = (weight: number) => ({training: {classWeights: {'Iris setosa': weight}}});
  const runs = [1, 2].map((weight) =>
    runOf(`w${weight}`, {spec: weights(weight), last: {'val_recall_Iris setosa': weight / 4}}),
  );
  const {columns, rows} = compareRuns(runs);
  t.same(
    columns.map(({term}) => term.name),
    ['training.classWeights.Iris setosa', 'val_recall_Iris setosa'],
  );
  t.same(
    rows.map(({cells}) => cells.map(({value}) => value)),
    [
      [2, 0.5],
      [1, 0.25],
    ],
  );
});
