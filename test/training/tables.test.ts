import t from 'tap';
import {metricColumns} from '../../src/training/columns.js';
import type {MetricTable} from '../../src/training/metrics/metric.js';
import {metricDefinition} from '../../src/training/metrics/registry.js';
import {Blobs, ofType, type TinyRun, trainTiny} from './tiny.js';

const metrics = [
  {type: 'accuracy'},
  {type: 'confusionMatrix'},
  {type: 'recall', average: 'none'},
  {type: 'balancedAccuracy'},
] as const;

/** Examples of a confusion matrix, and the share of them on its diagonal. */
function summary({rows}: MetricTable): {numExamples: number; accuracy: number} {
  const counts = rows.map((row) => row.slice(1) as number[]);
  const numExamples = counts.flat().reduce((sum, count) => sum + count, 0);
  return {numExamples, accuracy: counts.reduce((sum, row, i) => sum + row[i]!, 0) / numExamples};
}

const tableOf = (run: TinyRun, split: 'validation' | 'test'): MetricTable => {
  const [event, ...more] = ofType(run, 'tables').filter((event) => event.split === split);
  if (!event || more.length > 0) throw new Error(`${1 + more.length} events of ${split}`);
  return event.tables[0]!;
};

t.test('a column for each class, and the tables of the weights that training ends with', async (t) => {
  // The validation answers are wrong, so the first epoch is the best.
  const [validation, test] = [new Blobs(12, 2, 1), new Blobs(21, 3)];
  for (const restoreBest of [true, false]) {
    const earlyStopping = {monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest};
    const run = await trainTiny({
      validation,
      test,
      learningRate: 0.001,
      spec: {epochs: 10, earlyStopping, metrics: [...metrics]},
    });
    const epochs = ofType(run, 'epochEnded');
    const names = ['loss', 'accuracy', 'recall_0', 'recall_1', 'recall_2', 'balancedAccuracy'];
    t.same(Object.keys(epochs[0]!.metrics), [...names, ...names.map((name) => `val_${name}`)]);
    const {recall_0, recall_1, recall_2, balancedAccuracy} = epochs[0]!.metrics;
    t.ok(Math.abs((recall_0! + recall_1! + recall_2!) / 3 - balancedAccuracy!) < 1e-12);

    const table = tableOf(run, 'validation');
    t.same(table.header, ['true \\ predicted', '0', '1', '2']);
    t.same(
      table.rows.map(([name]) => name),
      ['0', '1', '2'],
    );
    const shown = restoreBest ? epochs[0]! : epochs.at(-1)!;
    t.same(summary(table), {numExamples: 12, accuracy: shown.metrics.val_accuracy});
    t.not(epochs[0]!.metrics.val_accuracy, epochs.at(-1)!.metrics.val_accuracy, 'the two can be told apart');
    t.same(summary(tableOf(run, 'test')), {numExamples: 21, accuracy: run.outcome.test?.test_accuracy});
    const types = run.events.map(({type}) => type);
    t.same(types.slice(types.indexOf('stoppedEarly')), [
      ...['stoppedEarly', ...(restoreBest ? ['restoredBest'] : []), 'tables', 'tables', 'tested', 'trainingEnded'],
    ]);
    await run.close();
  }
});

t.test('no metric with tables, no event', async (t) => {
  const run = await trainTiny({validation: new Blobs(12, 2), spec: {epochs: 1}});
  t.equal(ofType(run, 'tables').length, 0);
  await run.close();
});

t.test('a column of a single class can be monitored', async (t) => {
  const earlyStopping = {monitor: 'val_recall_1', patience: 3, minDelta: 0, restoreBest: true};
  const run = await trainTiny({
    validation: new Blobs(12, 2),
    spec: {epochs: 2, earlyStopping, metrics: [{type: 'recall', average: 'none'}]},
  });
  const best = Math.max(...ofType(run, 'epochEnded').map(({metrics}) => metrics.val_recall_1!));
  t.match(run.outcome.best, {monitor: 'val_recall_1', mode: 'max', value: best});
  await run.close();
});

t.test('names of classes in columns and tables; a confusion matrix by hand', async (t) => {
  const spec = {type: 'confusionMatrix'} as const;
  const classNames = ['cat', 'dog, small'];
  const classes = {outputShape: [2], encoding: 'classIndex', outputs: 'logits', classNames} as const;
  const metric = metricDefinition(spec).create(spec, classes);
  metric.update({size: 3, targets: Float32Array.of(0, 0, 1)}, Float32Array.of(1, 0, 0, 1, 0, 1));
  metric.update({size: 1, targets: Float32Array.of(1)}, Float32Array.of(0, 1));
  t.same(metric.table?.(), {
    name: 'confusion-matrix',
    header: ['true \\ predicted', 'cat', 'dog, small'],
    rows: [
      ['cat', 1, 1],
      ['dog, small', 0, 2],
    ],
  });
  const single = metricDefinition(spec).create(spec, {outputShape: [1], encoding: 'values', outputs: 'probabilities'});
  single.update({size: 3, targets: Float32Array.of(0, 1, 1)}, Float32Array.of(0.6, 0.7, 0.1));
  t.same(single.table?.().rows, [
    ['no', 0, 1],
    ['yes', 1, 1],
  ]);
  const recall = {type: 'recall', average: 'none'} as const;
  const columns = (names: string[]) => metricDefinition(recall).columns?.(recall, names);
  t.same(columns(['cat', 'dog, small', 'Käfer']), ['recall_cat', 'recall_dog-small', 'recall_Käfer']);
  t.same(columns(['a b', 'a, b']), ['recall_a-b-1', 'recall_a-b-2'], 'where names would be the same');
});

t.test('a class that does not count has no column', async (t) => {
  const run = await trainTiny({
    validation: new Blobs(12, 2),
    spec: {
      epochs: 1,
      loss: {type: 'sparseSoftmaxCrossEntropy', ignore: 1},
      metrics: [{type: 'recall', average: 'none'}, {type: 'confusionMatrix'}],
    },
  });
  const [epoch] = ofType(run, 'epochEnded');
  const names = ['loss', 'recall_0', 'recall_2'];
  t.same(Object.keys(epoch!.metrics), [...names, ...names.map((name) => `val_${name}`)]);
  t.equal(summary(tableOf(run, 'validation')).numExamples, 8);
  const targets = {target: {task: 'classification', numClasses: 3, shape: []}} as const;
  const spec = {
    metrics: [{type: 'recall', average: 'none'}],
    loss: {type: 'sparseSoftmaxCrossEntropy', ignore: 1},
  } as const;
  const columns = metricColumns({...spec, metrics: [...spec.metrics]}, {validation: false, test: false}, targets);
  t.same(
    columns.map(({name}) => name),
    names,
  );
  await run.close();
});
