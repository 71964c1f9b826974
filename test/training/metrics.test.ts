import t from 'tap';
import type {Batch, TargetEncoding} from '../../src/data/dataset.js';
import {metricColumns} from '../../src/training/columns.js';
import {type MetricSpec, metricDefinition} from '../../src/training/metrics/registry.js';

const batchOf = (size: number, targets: number[]): Batch => ({
  size,
  inputs: new Float32Array(size),
  targets: Float32Array.from(targets),
});

function measure(spec: MetricSpec, shape: number[], encoding: TargetEncoding, ...rows: [Batch, number[]][]): number {
  const metric = metricDefinition(spec).create(spec, shape, encoding);
  for (const [batch, outputs] of rows) metric.update(batch, Float32Array.from(outputs));
  return metric.result();
}

const logits = [2, 1, 0, -3, -1, -2, 0, 0, 5, 9, 8, 7]; // largest: class 0, 1, 2, 0

t.test('accuracy of several classes takes the largest logit', async (t) => {
  t.equal(measure({type: 'accuracy'}, [3], 'classIndex', [batchOf(4, [0, 1, 1, 0]), logits]), 0.75);
  const oneHot = [1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0];
  t.equal(measure({type: 'accuracy'}, [3], 'oneHot', [batchOf(4, oneHot), logits]), 0.75);
  t.equal(measure({type: 'accuracy'}, [2], 'classIndex', [batchOf(2, [0, 1]), [1, 1, 1, 1]]), 0.5, 'ties: the first');
});

t.test('accuracy of yes/no targets cuts at logit 0', async (t) => {
  t.equal(measure({type: 'accuracy'}, [1], 'values', [batchOf(4, [1, 0, 1, 0]), [0.1, -0.1, -0.1, 0]]), 0.75);
  t.equal(measure({type: 'accuracy'}, [1], 'classIndex', [batchOf(2, [1, 0]), [3, 3]]), 0.5);
  t.equal(measure({type: 'accuracy'}, [2], 'values', [batchOf(2, [1, 0, 1, 1]), [1, -1, 1, -1]]), 0.75, 'each unit');
});

t.test('accuracy over batches of unequal size counts examples, not batches', async (t) => {
  const full: [Batch, number[]] = [batchOf(3, [1, 1, 1]), [1, 1, 1]];
  const rest: [Batch, number[]] = [batchOf(1, [1]), [-1]];
  t.equal(measure({type: 'accuracy'}, [1], 'values', full, rest), 0.75);
});

t.test('topKAccuracy asks whether fewer than k logits are larger', async (t) => {
  const classes = batchOf(4, [2, 2, 0, 1]); // ranks of the true class: 3, 2, 2 (a tie below the largest), 2
  t.equal(measure({type: 'topKAccuracy', k: 1}, [3], 'classIndex', [classes, logits]), 0);
  t.equal(measure({type: 'topKAccuracy', k: 2}, [3], 'classIndex', [classes, logits]), 0.75);
  t.equal(measure({type: 'topKAccuracy', k: 3}, [3], 'classIndex', [classes, logits]), 1);
  t.equal(measure({type: 'topKAccuracy', k: 1}, [2], 'oneHot', [batchOf(1, [0, 1]), [4, 4]]), 1, 'a tie counts');
});

t.test('errors are means over all elements of all batches', async (t) => {
  const first: [Batch, number[]] = [batchOf(2, [1, 2, 3, 4]), [1.5, 2, 3, 2]]; // differences 0.5, 0, 0, -2
  const second: [Batch, number[]] = [batchOf(1, [0, 0]), [1, -3]];
  t.equal(measure({type: 'meanAbsoluteError'}, [2], 'values', first, second), 6.5 / 6);
  t.equal(measure({type: 'meanSquaredError'}, [2], 'values', first, second), 14.25 / 6);
});

t.test('a metric is NaN before any example and after a reset', async (t) => {
  for (const spec of [{type: 'accuracy'}, {type: 'meanAbsoluteError'}, {type: 'topKAccuracy', k: 2}] as const) {
    const metric = metricDefinition(spec).create(spec, [1], 'values');
    t.ok(Number.isNaN(metric.result()));
    metric.update(batchOf(1, [0]), Float32Array.of(1));
    t.notOk(Number.isNaN(metric.result()));
    metric.reset();
    t.ok(Number.isNaN(metric.result()));
  }
});

t.test('the columns of metrics.csv', async (t) => {
  const metrics: MetricSpec[] = [{type: 'accuracy'}, {type: 'topKAccuracy', k: 3}];
  const names = (splits: {validation: boolean; test: boolean}) =>
    metricColumns({metrics}, splits).map(({name}) => name);
  t.same(names({validation: false, test: false}), ['loss', 'accuracy', 'top3Accuracy']);
  t.same(names({validation: true, test: true}), [
    'loss',
    'accuracy',
    'top3Accuracy',
    'val_loss',
    'val_accuracy',
    'val_top3Accuracy',
    'test_loss',
    'test_accuracy',
    'test_top3Accuracy',
  ]);
  const goals = Object.fromEntries(metricColumns({metrics}).map(({name, goal}) => [name, goal]));
  t.match(goals, {loss: 'minimize', accuracy: 'maximize', val_loss: 'minimize', val_top3Accuracy: 'maximize'});
});
