import t from 'tap';
import {curvesOf, panelsOf} from '../../src/comparison/curves.js';
import {smoothed} from '../../src/comparison/smooth.js';
import {runOf} from './fixtures.js';

const request = {x: 'epoch', smooth: 0, timing: () => []} as const;
const rowsOf = (losses: readonly number[]) => losses.map((loss, i) => ({epoch: i + 1, step: 10 * (i + 1), loss}));

t.test('smoothing is a moving average without its bias towards 0', async (t) => {
  // By hand, weight 1/2: 4; (4/4 + 8/2) / (3/4) = 20/3; (4/8 + 8/4 + 2/2) / (7/8) = 4.
  const [first, second, third] = smoothed([4, 8, 2], 0.5);
  t.equal(first, 4);
  t.ok(Math.abs(second! - 20 / 3) < 1e-12);
  t.ok(Math.abs(third! - 4) < 1e-12);
  t.same(smoothed([1, 2], 0), [1, 2]);
  const gap = smoothed([4, Number.NaN, 8], 0.5);
  t.ok(Number.isNaN(gap[1]), 'what is not finite stays so');
  t.ok(Math.abs(gap[2]! - 20 / 3) < 1e-12, 'and does not spoil what follows');
});

t.test('runs that differ in seed are a mean with a deviation, of those that got that far', async (t) => {
  const runs = [
    runOf('a', {spec: {seed: 1, k: 1}, epochs: rowsOf([1, 2, 6])}),
    runOf('b', {spec: {seed: 2, k: 1}, epochs: rowsOf([3, Number.NaN])}),
    runOf('c', {spec: {seed: 1, k: 2}, epochs: rowsOf([5])}),
  ];
  const {curves, groupedBy} = curvesOf(runs, request);
  t.same(groupedBy, ['seed']);
  t.same(
    curves.map(({points}) => points),
    [
      [
        {epoch: 1, x: 1, value: 2, std: Math.SQRT2, numRuns: 2},
        {epoch: 2, x: 2, value: 2, numRuns: 1},
        {epoch: 3, x: 3, value: 6, numRuns: 1},
      ],
      [{epoch: 1, x: 1, value: 5, numRuns: 1}],
    ],
  );
  t.equal(curvesOf(runs, {...request, groupBy: []}).curves.length, 3);
});

t.test('by default the monitored column of both sets, in one drawing', async (t) => {
  const epochs = [{epoch: 1, step: 3, loss: 1, accuracy: 0.5, val_loss: 2, val_accuracy: 0.4}];
  const monitored = curvesOf([runOf('a', {epochs, monitor: 'val_accuracy'})], request);
  t.same(monitored.columns, ['accuracy', 'val_accuracy']);
  t.equal(panelsOf(monitored).length, 1);
  t.same(curvesOf([runOf('a', {epochs})], request).columns, ['loss', 'val_loss']);
  const chosen = curvesOf([runOf('a', {epochs})], {...request, metrics: ['val_loss', 'accuracy', 'loss']});
  t.same(
    panelsOf(chosen).map(({metric, curves}) => [metric, curves.map(({column}) => column)]),
    [
      ['loss', ['val_loss', 'loss']],
      ['accuracy', ['accuracy']],
    ],
  );
});

t.test('along steps, and along the time of training and validation', async (t) => {
  const runs = [runOf('a', {epochs: rowsOf([1, 2])}), runOf('b', {epochs: rowsOf([3])})];
  const steps = curvesOf(runs, {...request, x: 'step'});
  t.same(
    steps.curves[0]!.points.map(({x}) => x),
    [10, 20],
  );
  const timing = [
    {epoch: 1, trainSeconds: 2, evaluateSeconds: 1},
    {epoch: 2, trainSeconds: 4},
  ];
  const timed = curvesOf(runs, {...request, x: 'time', timing: ({id}) => (id === 'a' ? timing : [])});
  t.same(
    timed.curves.map(({points}) => points.map(({x}) => x)),
    [[3, 7]],
  );
  t.same(
    timed.lacking.map(({run, what}) => [run.id, what]),
    [['b', 'its times (timing.csv)']],
  );
});

t.test('what a run lacks is told; what no run has is an error', async (t) => {
  const runs = [
    runOf('a', {epochs: rowsOf([1])}),
    runOf('b', {spec: {k: 1}, epochs: [{epoch: 1, step: 1, accuracy: 1}]}),
    runOf('c', {state: 'running'}),
  ];
  t.same(
    curvesOf(runs, {...request, metrics: ['loss']}).lacking.map(({run, what}) => [run.id, what]),
    [
      ['c', 'a whole epoch'],
      ['b', 'loss'],
    ],
  );
  t.throws(() => curvesOf(runs, {...request, metrics: ['acuracy']}), {code: 'USAGE', hint: 'did you mean accuracy?'});
  t.throws(() => curvesOf(runs, {...request, metrics: ['test_loss']}), {
    code: 'USAGE',
    message: '--metric: no run has "test_loss"',
  });
  t.throws(() => curvesOf([runs[2]!], request), {
    code: 'RUN_NOT_FOUND',
    message: 'nothing to draw: no run has a whole epoch',
  });
});
