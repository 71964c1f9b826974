import t from 'tap';
import {baselineOf} from '../../src/comparison/baseline.js';
import {compareRuns} from '../../src/comparison/compare.js';
import {judge} from '../../src/comparison/gate.js';
import {goalOf} from '../../src/comparison/goal.js';
import type {Group} from '../../src/comparison/groups.js';
import {holdAgainst} from '../../src/comparison/held.js';
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
  const baseline = baselineOf('main', seedsOf({0.1: [0.93, 0.95]}));
  const failuresOf = (clauses: readonly string[], judged: readonly Group[] = rows) =>
    judge(judged, {clauses, baseline}).failures;
  t.match(
    failuresOf(['val_accuracy < baseline - 0.05']).map(({values}) => values),
    [[{term: 'val_accuracy', value: 0.51, baseline: 0.94, baselineSample: {values: [0.93, 0.95]}}]],
  );
  t.equal(failuresOf(['val_accuracy < baseline - 0.02', 'val_accuracy < 0.6']).length, 3);
  const dead = {runs: [runOf('dead', {state: 'failed'})]};
  t.equal(failuresOf(['val_accuracy < 0.1'], [...rows, dead]).length, 1);
  t.throws(() => judge(rows, {clauses: ['val_accuracy < baseline']}), {
    code: 'USAGE',
    hint: 'name one with --baseline RUN, NAME or FILE',
  });
});

t.test('a gate that cannot judge does not open', async (t) => {
  const {rows} = compareRuns(seedsOf({0.01: [0.5, 0.52], 0.001: [0.9, 0.92]}));
  const baseline = baselineOf('main', seedsOf({0.1: [0.93, 0.95]}));
  const refused = (clause: string, message: string | RegExp, given = baseline, judged: readonly Group[] = rows) =>
    t.throws(() => judge(judged, {clauses: [clause], baseline: given}), {message}, clause);
  refused('val_accuracy', /is no condition$/);
  refused('baseline < 0.9', '`baseline` stands alone');
  refused('val_accuracy < "0.9"', '"0.9" is no number: < means nothing here');
  refused('val_acuracy < 0.9', '--fail-if: no run has "val_acuracy"');
  refused('val_accuracy < 0.9', '--fail-if has no row to judge', baseline, []);
  const poor = baselineOf('poor', [runOf('poor', {last: {loss: 1}})]);
  refused('val_accuracy < baseline', 'the baseline poor has no val_accuracy', poor);
  refused('val_accuracy < baseline', 'the baseline nan has no val_accuracy', {
    ...baselineOf('nan', [runOf('nan', {last: {val_accuracy: Number.NaN}})]),
  });
  const other = baselineOf('other', [runOf('other', {last: {val_accuracy: 0.1}, dataFingerprint: 'abcdef0123456789'})]);
  refused(
    'val_accuracy < baseline',
    'the baseline other is of other data (fingerprint abcdef012345) than r0.001-1 (f)',
    other,
  );
  t.same(judge(rows, {clauses: ['val_accuracy < baseline'], baseline: other, otherData: true}).failures, []);
  const row = rows[0]!;
  t.equal(
    judge([{runs: [...row.runs, runOf('dead', {state: 'diverged'})]}], {clauses: ["state != 'finished'"]}).failures
      .length,
    1,
  );
});

t.test('a row is held against the one of the baseline that has its settings', async (t) => {
  const baseline = baselineOf('main', seedsOf({0.01: [0.5, 0.52], 0.001: [0.9, 0.92], 0.1: [0.2, 0.3]}));
  const comparison = compareRuns(seedsOf({0.01: [0.6, 0.62], 0.001: [0.8, 0.82], 0.03: [0.7]}));
  const {rows, left} = holdAgainst(comparison, baseline);
  const column = comparison.columns.findIndex(({term}) => term.name === 'val_accuracy');
  t.same(
    rows.map(({deltas}) => deltas[column]?.delta.toFixed(10)),
    ['-0.1000000000', undefined, '0.1000000000'],
  );
  t.same(
    rows.map(({deltas}) => deltas[column]?.isBetter),
    [false, undefined, true],
  );
  t.same(
    left.map(({runs}) => runs[0]!.id),
    ['r0.1-1'],
  );
  const {failures, unjudged} = judge(comparison.rows, {clauses: ['val_accuracy < baseline - 0.005'], baseline});
  t.same(
    failures.map(({runs}) => runs.length),
    [2],
  );
  t.same(
    unjudged.map(({runs}) => runs[0]!.id),
    ['r0.03-1'],
  );
  t.throws(() => judge([comparison.rows[1]!], {clauses: ['val_accuracy < baseline'], baseline}), {
    code: 'BASELINE_UNUSABLE',
    message:
      /^no row agrees with one of the baseline main in what tells its 3 rows apart \(training.optimizer.learningRate\)/,
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
