import t from 'tap';
import type {TargetEncoding} from '../../src/data/dataset.js';
import type {Definition} from '../../src/spec/define.js';
import {nearest} from '../../src/spec/suggest.js';
import {sizeOf} from '../../src/support/tensor.js';
import {metricColumns} from '../../src/training/columns.js';
import type {OutputMeaning} from '../../src/training/losses/definition.js';
import type {JudgedExamples} from '../../src/training/metrics/metric.js';
import {type MetricSpec, metricDefinition, metrics} from '../../src/training/metrics/registry.js';
import {readReference} from '../reference/read.js';

const batchOf = (size: number, targets: number[]): JudgedExamples => ({size, targets: Float32Array.from(targets)});

function measure(
  spec: MetricSpec,
  shape: number[],
  encoding: TargetEncoding,
  ...rows: [JudgedExamples, number[]][]
): number {
  const metric = metricDefinition(spec).create(spec, {outputShape: shape, encoding, outputs: 'logits'});
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
  const full: [JudgedExamples, number[]] = [batchOf(3, [1, 1, 1]), [1, 1, 1]];
  const rest: [JudgedExamples, number[]] = [batchOf(1, [1]), [-1]];
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
  const first: [JudgedExamples, number[]] = [batchOf(2, [1, 2, 3, 4]), [1.5, 2, 3, 2]]; // differences 0.5, 0, 0, -2
  const second: [JudgedExamples, number[]] = [batchOf(1, [0, 0]), [1, -3]];
  t.equal(measure({type: 'meanAbsoluteError'}, [2], 'values', first, second), 6.5 / 6);
  t.equal(measure({type: 'meanSquaredError'}, [2], 'values', first, second), 14.25 / 6);
});

t.test('a metric is NaN before any example and after a reset', async (t) => {
  for (const spec of [{type: 'accuracy'}, {type: 'meanAbsoluteError'}, {type: 'topKAccuracy', k: 2}] as const) {
    const metric = metricDefinition(spec).create(spec, {outputShape: [1], encoding: 'values', outputs: 'logits'});
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

interface MetricCase {
  readonly metrics: readonly {
    readonly metric: MetricSpec;
    readonly value?: number;
    /** Of each class. */
    readonly values?: readonly number[];
    /** By true and named class. */
    readonly table?: readonly (readonly number[])[];
  }[];
  readonly ignored?: number;
  readonly outputs: OutputMeaning;
  readonly encoding: TargetEncoding;
  readonly shape: number[];
  readonly batches: readonly {readonly targets: number[]; readonly outputs: number[]}[];
}

const cases = readReference<{cases: MetricCase[]}>('metrics').cases.flatMap(({metrics, ...set}) =>
  metrics.map((one) => ({...set, ...one})),
);

t.test('metrics over a set of two batches agree with scikit-learn', async (t) => {
  for (const {metric: spec, outputs, encoding, shape, batches, ignored, value, values, table} of cases) {
    const metric = metricDefinition(spec).create(spec, {outputShape: shape, encoding, outputs, ignored});
    const counts = (): number[] => metric.table?.().rows.flatMap((row) => row.slice(1) as number[]) ?? [];
    const found = (): readonly number[] => (table ? counts() : (metric.results?.() ?? [metric.result()]));
    const expected = table?.flat() ?? values ?? [value!];
    const feed = (): void => {
      for (const batch of batches) {
        const size = batch.outputs.length / sizeOf(shape);
        metric.update(batchOf(size, batch.targets), Float32Array.from(batch.outputs));
      }
    };
    feed();
    const first = found();
    const isRight = expected.map((one, i) => Math.abs(first[i]! - one) <= 1e-9 * Math.max(1, Math.abs(one)));
    t.ok(
      isRight.every(Boolean) && first.length === expected.length,
      `${JSON.stringify(spec)} from ${outputs} of ${encoding}: ${first} instead of ${expected}`,
    );
    metric.reset();
    const empty = table ? 0 : Number.NaN;
    t.ok(
      found().every((value) => Object.is(value, empty)),
      'nothing is left after a reset',
    );
    feed();
    t.same(found(), first);
  }
});

t.test('every metric has a reference from outside or by hand, and says what it is', async (t) => {
  for (const [name, definition] of Object.entries(metrics) as [string, Definition][]) {
    t.ok(
      cases.some(({metric}) => metric.type === name),
      name,
    );
    t.equal(definition.type, name);
    t.ok(definition.summary.endsWith('.'), definition.summary);
    for (const [argument, {description}] of Object.entries(definition.args.properties)) {
      t.ok(description, `${name}.${argument} has a description`);
    }
  }
});

t.test('ranking ties count half, by hand: yes 2, 1, no 1, 0 gives 3.5 of 4 pairs', async (t) => {
  const batch: [JudgedExamples, number[]] = [batchOf(4, [1, 1, 0, 0]), [2, 1, 1, 0]];
  t.equal(measure({type: 'rocAuc'}, [1], 'values', batch), 3.5 / 4);
  t.equal(measure({type: 'prAuc'}, [1], 'values', batch), (1 + 2 / 3) / 2);
  t.ok(Number.isNaN(measure({type: 'rocAuc'}, [1], 'values', [batchOf(1, [1]), [3]])), 'one class only');
});

t.test('columns carry what was not usual', async (t) => {
  const columns = metricColumns({
    metrics: [
      {type: 'fBeta', beta: 1, average: 'macro'},
      {type: 'fBeta', beta: 0.5, average: 'micro'},
      {type: 'precision', average: 'micro'},
    ],
  }).map(({name}) => name);
  t.same(columns.slice(0, 4), ['loss', 'f1', 'microF0.5', 'microPrecision']);
});

t.test('names of other frameworks lead to the metrics here', async (t) => {
  const names: Record<string, keyof typeof metrics> = {
    acc: 'accuracy',
    accuracy_score: 'accuracy',
    sparse_categorical_accuracy: 'accuracy',
    top5: 'topKAccuracy',
    f1: 'fBeta',
    f1_score: 'fBeta',
    sensitivity: 'recall',
    auc: 'rocAuc',
    roc_auc_score: 'rocAuc',
    average_precision: 'prAuc',
    mcc: 'matthewsCorrelation',
    kappa: 'cohenKappa',
    cohen_kappa_score: 'cohenKappa',
    iou: 'jaccard',
    ppl: 'perplexity',
    cross_entropy: 'logLoss',
    brier_score_loss: 'brierScore',
    mae: 'meanAbsoluteError',
    mse: 'meanSquaredError',
    rmse: 'rootMeanSquaredError',
    mape: 'meanAbsolutePercentageError',
    msle: 'meanSquaredLogarithmicError',
    median_absolute_error: 'medianAbsoluteError',
    r2_score: 'r2',
    pearsonr: 'pearsonCorrelation',
  };
  for (const [typed, meant] of Object.entries(names)) t.equal(nearest(typed, Object.keys(metrics)), meant, typed);
});
