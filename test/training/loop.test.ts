import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import type {Split} from '../../src/data/dataset.js';
import {metricColumns} from '../../src/training/columns.js';
import {Blobs, ofType, trainTiny} from './tiny.js';

const frozen = 1e-30; // a learning rate too small to change a float32 weight

t.test('three epochs, told in order', async (t) => {
  const run = await trainTiny({
    validation: new Blobs(12, 2),
    test: new Blobs(21, 3),
    checkpoint: {last: true, monitor: 'val_accuracy'},
  });
  t.same(run.events[0], {
    type: 'trainingStarted',
    numEpochs: 3,
    stepsPerEpoch: 8,
    numParameters: 2 * 8 + 8 + 8 * 3 + 3,
  });
  const [first, second] = [
    run.events.findIndex((e) => e.type === 'epochStarted' && e.epoch === 1),
    run.events.findIndex((e) => e.type === 'epochStarted' && e.epoch === 2),
  ];
  const kinds = run.events.slice(first, second).map((event) => (event.type === 'checkpoint' ? event.kind : event.type));
  t.same(kinds, ['epochStarted', ...Array.from({length: 8}, () => 'step'), 'epochEnded', 'best', 'last']);
  t.same(
    run.events.slice(-2).map(({type}) => type),
    ['tested', 'trainingEnded'],
  );

  const steps = ofType(run, 'step');
  t.same(
    steps.map(({step}) => step),
    Array.from({length: 24}, (_, i) => i + 1),
  );
  t.same(
    steps.slice(7, 9).map(({epoch, stepInEpoch, numExamples}) => [epoch, stepInEpoch, numExamples]),
    [
      [1, 8, 60],
      [2, 1, 8],
    ],
  );
  const ended = ofType(run, 'epochEnded');
  t.same(
    ended.map(({epoch, step, numExamples}) => [epoch, step, numExamples]),
    [
      [1, 8, 60],
      [2, 16, 60],
      [3, 24, 60],
    ],
  );
  for (const {metrics} of ended) t.same(Object.keys(metrics), ['loss', 'accuracy', 'val_loss', 'val_accuracy']);
  t.ok(ended[2]!.metrics.loss! < ended[0]!.metrics.loss!, 'it learns');

  const {status, epoch, step, final, best, test} = run.outcome;
  t.same({status, epoch, step}, {status: 'completed', epoch: 3, step: 24});
  t.same(final, ended[2]!.metrics);
  t.equal(best!.value, Math.max(...ended.map(({metrics}) => metrics.val_accuracy!)));
  t.same(Object.keys(test!), ['test_loss', 'test_accuracy']);
  t.same(ofType(run, 'tested'), [{type: 'tested', metrics: test}]);
  await run.close();
});

t.test('three blobs are learnt', async (t) => {
  const run = await trainTiny({test: new Blobs(300, 9), spec: {epochs: 20}});
  t.ok(run.outcome.test!.test_accuracy! > 0.98, `${run.outcome.test!.test_accuracy}`);
  await run.close();
});

t.test('epoch values weigh every example alike, also those of a smaller last batch', async (t) => {
  const examples = new Blobs(10, 4);
  const run = await trainTiny({
    learningRate: frozen,
    validation: examples,
    test: examples,
    train: examples,
    spec: {epochs: 1, batchSize: 4, evaluationBatchSize: 10},
  });
  const [event] = ofType(run, 'epochEnded');
  const whole = await run.session.evaluate([...examples.batches(10)][0]!);
  t.equal(event!.metrics.val_loss, whole.loss);
  const small = await trainTiny({
    learningRate: frozen,
    validation: examples,
    train: examples,
    spec: {epochs: 1, batchSize: 4},
  });
  const [again] = ofType(small, 'epochEnded');
  t.ok(Math.abs(again!.metrics.val_loss! - whole.loss) < 1e-6, 'batches of 4, 4 and 2');
  t.equal(again!.metrics.val_accuracy, event!.metrics.val_accuracy);
  await run.close();
  await small.close();
});

t.test('the same seed gives the same numbers, another seed others', async (t) => {
  const numbers: unknown[] = [];
  for (const seed of [5, 5, 6]) {
    const run = await trainTiny({seed, validation: new Blobs(12, 2)});
    numbers.push(ofType(run, 'epochEnded').map(({metrics}) => metrics));
    await run.close();
  }
  t.same(numbers[0], numbers[1]);
  t.notSame(numbers[0], numbers[2]);
});

t.test('each epoch has an order of its own; without shuffling it is the stored one', async (t) => {
  const stored = Array.from({length: 60}, (_, i) => i);
  const shuffled = new Blobs(60, 1);
  await (await trainTiny({train: shuffled})).close();
  t.equal(shuffled.orders.length, 3);
  for (const order of shuffled.orders)
    t.same(
      [...order].sort((a, b) => a - b),
      stored,
      'every example once',
    );
  t.notSame(shuffled.orders[0], shuffled.orders[1]);
  t.notSame(shuffled.orders[0], stored);

  const again = new Blobs(60, 1);
  await (await trainTiny({train: again, spec: {epochs: 2}})).close();
  t.same(again.orders, shuffled.orders.slice(0, 2), 'the order depends on the seed and the epoch alone');

  const inOrder = new Blobs(60, 1);
  await (await trainTiny({train: inOrder, spec: {shuffle: false}})).close();
  t.same(inOrder.orders, [stored, stored, stored]);
});

t.test('early stopping after `patience` epochs without an improvement', async (t) => {
  const earlyStopping = {monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: true};
  const run = await trainTiny({learningRate: frozen, validation: new Blobs(12, 2), spec: {epochs: 10, earlyStopping}});
  t.match(run.outcome, {status: 'stoppedEarly', epoch: 3, best: {monitor: 'val_loss', mode: 'min', epoch: 1}});
  t.match(ofType(run, 'stoppedEarly'), [{epoch: 3, monitor: 'val_loss', bestEpoch: 1, best: run.outcome.best!.value}]);
  t.same(
    ofType(run, 'epochEnded').map(({isBest}) => isBest),
    [true, false, false],
  );
  await run.close();

  const demanding = await trainTiny({
    validation: new Blobs(12, 2),
    spec: {epochs: 10, earlyStopping: {...earlyStopping, minDelta: 100}},
  });
  t.match(
    demanding.outcome,
    {status: 'stoppedEarly', epoch: 3, best: {epoch: 1}},
    'an improvement below minDelta is none',
  );
  await demanding.close();

  const patient = await trainTiny({
    learningRate: frozen,
    validation: new Blobs(12, 2),
    spec: {epochs: 3, earlyStopping},
  });
  t.match(patient.outcome, {status: 'completed', epoch: 3}, 'nothing is stopped after the last epoch');
  await patient.close();
});

t.test('validateEverySteps evaluates within epochs, and the best checkpoint may lie there', async (t) => {
  const validation = new Blobs(30, 2);
  const spec = {epochs: 2, validateEverySteps: 3};
  const checkpoint = {monitor: 'val_loss', last: false};
  const run = await trainTiny({spec, validation, checkpoint});
  const plain = await trainTiny({spec: {epochs: 2}, validation, checkpoint});
  const moments = ofType(run, 'validated').map(({epoch, step}) => [epoch, step]);
  // 8 updates an epoch: 16 is the end of the second, which is validated anyway.
  t.same(moments, [
    [1, 3],
    [1, 6],
    [2, 9],
    [2, 12],
    [2, 15],
  ]);
  t.same(
    ofType(run, 'epochEnded').map(({metrics}) => metrics),
    ofType(plain, 'epochEnded').map(({metrics}) => metrics),
  );
  const values = [...ofType(run, 'validated'), ...ofType(run, 'epochEnded')]
    .sort((a, b) => a.step - b.step)
    .map(({step, metrics}) => ({step, loss: metrics.val_loss!}));
  const improving = values.filter(({loss}, i) => values.slice(0, i).every((before) => loss < before.loss));
  t.same(
    ofType(run, 'checkpoint').map(({step}) => step),
    improving.map(({step}) => step),
  );
  t.equal(run.outcome.best!.value, Math.min(...values.map(({loss}) => loss)));
  await run.close();
  await plain.close();
});

t.test('restoreBest ends with the weights of the best epoch, and tests those', async (t) => {
  // The validation answers are wrong, so the better the network gets, the worse val_loss: the first epoch is the best.
  const [validation, test] = [new Blobs(12, 2, 1), new Blobs(21, 3)];
  for (const restoreBest of [true, false]) {
    const earlyStopping = {monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest};
    const checkpoint = {last: true, monitor: 'val_loss'};
    const run = await trainTiny({validation, test, checkpoint, spec: {epochs: 10, earlyStopping}});
    t.match(run.outcome, {status: 'stoppedEarly', epoch: 4, best: {epoch: 1}});
    t.equal(run.outcome.restoredEpoch, restoreBest ? 1 : undefined);
    t.equal(ofType(run, 'restoredBest').length, restoreBest ? 1 : 0);
    const checkpoints = ofType(run, 'checkpoint');
    const best = checkpoints.find(({kind}) => kind === 'best')!;
    const last = checkpoints.findLast(({kind}) => kind === 'last')!;
    t.same([best.epoch, last.epoch], [1, 4]);
    t.same((await run.session.readState()).weights, (restoreBest ? best : last).state.weights);
    t.notSame(best.state.weights, last.state.weights);
    const whole = await run.session.evaluate([...test.batches(21)][0]!);
    t.ok(Math.abs(run.outcome.test!.test_loss! - whole.loss) < 1e-6);
    await run.close();
  }
});

t.test('mode turns a monitored column around', async (t) => {
  const checkpoint = {last: false, monitor: 'val_loss', mode: 'max'} as const;
  const run = await trainTiny({validation: new Blobs(12, 2, 1), checkpoint});
  t.same(
    ofType(run, 'checkpoint').map(({kind, epoch}) => [kind, epoch]),
    [
      ['best', 1],
      ['best', 2],
      ['best', 3],
    ],
  );
  t.match(run.outcome.best, {mode: 'max', epoch: 3});
  await run.close();
});

t.test('a loss that is no longer finite ends training with the last good values', async (t) => {
  const run = await trainTiny({learningRate: 1e38, test: new Blobs(21, 3)});
  const [event] = ofType(run, 'diverged');
  t.equal(run.outcome.status, 'diverged');
  t.notOk(Number.isFinite(event!.loss));
  t.equal(event!.step, run.outcome.step);
  t.same(event!.lastGood, ofType(run, 'step').at(-1)!.running);
  t.equal(ofType(run, 'step').length, run.outcome.step - 1);
  t.ok(Number.isFinite(event!.lastGood.loss));
  t.equal(ofType(run, 'tested').length, 0);
  t.match(run.events.at(-1), {type: 'trainingEnded', status: 'diverged'});
  await run.close();
});

t.test('weights ruined by the very last step are found by the test set', async (t) => {
  const run = await trainTiny({learningRate: 1e38, test: new Blobs(21, 3), maxSteps: 1});
  t.equal(run.outcome.status, 'diverged');
  t.equal(run.outcome.step, 1);
  t.equal(run.outcome.test, undefined);
  await run.close();
});

t.test('aborting finishes the step, saves the state and says so', async (t) => {
  const controller = new AbortController();
  const run = await trainTiny({
    signal: controller.signal,
    test: new Blobs(21, 3),
    listener: (event) => {
      if (event.type === 'step' && event.step === 11) controller.abort();
    },
  });
  t.match(run.outcome, {status: 'interrupted', epoch: 2, step: 11});
  t.same(run.outcome.final, ofType(run, 'epochEnded')[0]!.metrics, 'values of the epoch that was finished');
  t.same(
    run.events.slice(-4).map(({type}) => type),
    ['step', 'checkpoint', 'interrupted', 'trainingEnded'],
  );
  const [saved] = ofType(run, 'checkpoint');
  t.match(saved, {kind: 'last', epoch: 2, step: 11});
  t.same(saved!.state, await run.session.readState());
  await run.close();
});

t.test('aborting during an evaluation ends it too', async (t) => {
  const controller = new AbortController();
  const blobs = new Blobs(12, 2);
  const validation: Split = {
    numExamples: 12,
    *batches(batchSize) {
      controller.abort();
      yield* blobs.batches(batchSize);
    },
  };
  const run = await trainTiny({signal: controller.signal, validation});
  t.match(run.outcome, {status: 'interrupted', epoch: 1, step: 8, final: {}});
  t.equal(ofType(run, 'epochEnded').length, 0);
  t.match(ofType(run, 'checkpoint'), [{kind: 'last', step: 8}]);
  await run.close();
});

t.test('timers and signals live while a session blocks', async (t) => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 20);
  const run = await trainTiny({signal: controller.signal, spec: {epochs: 1_000_000}});
  t.equal(run.outcome.status, 'interrupted');
  clearTimeout(timer);
  await run.close();
});

t.test('listeners that return promises are waited for', async (t) => {
  let isBusy = false;
  const run = await trainTiny({
    async listener() {
      t.notOk(isBusy);
      isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      isBusy = false;
    },
  });
  t.notOk(isBusy);
  await run.close();
});

t.test('maxSteps cuts training and every evaluation short', async (t) => {
  const [validation, test] = [new Blobs(40, 2), new Blobs(40, 3)];
  const counted: number[] = [];
  const counting = (split: Blobs): Split => ({
    numExamples: split.numExamples,
    *batches(batchSize) {
      for (const batch of split.batches(batchSize)) {
        counted.push(batch.size);
        yield batch;
      }
    },
  });
  const run = await trainTiny({maxSteps: 2, validation: counting(validation), test: counting(test)});
  t.match(run.outcome, {status: 'completed', epoch: 1, step: 2});
  t.match(run.events[0], {numEpochs: 1, stepsPerEpoch: 2});
  t.same(counted, [8, 8, 8, 8], 'two batches of each set');
  t.ok(run.outcome.test);
  await run.close();
  const longer = await trainTiny({maxSteps: 10});
  t.match(longer.outcome, {status: 'completed', epoch: 2, step: 10});
  await longer.close();
});

t.test('with the test set each epoch, the columns are those promised', async (t) => {
  const run = await trainTiny({validation: new Blobs(12, 2), test: new Blobs(21, 3), evaluateTestEveryEpoch: true});
  const promised = metricColumns({metrics: [{type: 'accuracy'}]}, {validation: true, test: true}).map(({name}) => name);
  for (const {metrics} of ofType(run, 'epochEnded')) t.same(Object.keys(metrics), promised);
  const {test_loss, test_accuracy} = run.outcome.final;
  t.same(run.outcome.test, {test_loss, test_accuracy});
  await run.close();
});

t.test('no tensor is left over', async (t) => {
  const before = tf.memory().numTensors;
  const earlyStopping = {monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest: true};
  const run = await trainTiny({
    validation: new Blobs(12, 2, 1),
    test: new Blobs(21, 3),
    spec: {epochs: 6, earlyStopping},
  });
  await run.close();
  t.equal(tf.memory().numTensors, before);
});

t.test(
  'training.maxSteps ends training in the middle of an epoch, with whole evaluations and a whole ending',
  async (t) => {
    const validation = new Blobs(30, 2);
    const run = await trainTiny({
      validation,
      test: new Blobs(21, 3),
      checkpoint: {last: true},
      spec: {maxSteps: 11, schedule: {type: 'linear', finalFactor: 0, warmupSteps: 0}},
      learningRate: 0.11,
    });
    t.match(run.outcome, {status: 'completed', epoch: 2, step: 11});
    t.match(run.events[0], {numEpochs: 2, stepsPerEpoch: 8});
    t.equal(ofType(run, 'epochEnded')[1]!.numExamples, 24);
    t.equal(ofType(run, 'checkpoint').at(-1)!.step, 11);
    t.equal(ofType(run, 'tested').length, 1);
    const rates = ofType(run, 'step').map(({learningRate}) => learningRate);
    t.ok(Math.abs(rates.at(-1)! - 0.01) < 1e-9, 'the schedule knows when it ends');
    t.same(
      validation.orders.map((order) => order.length),
      [30, 30],
    );
    await run.close();
    const never = await trainTiny({spec: {maxSteps: 1000}});
    t.match(never.outcome, {status: 'completed', epoch: 3, step: 24});
    await never.close();
  },
);

t.test('training.maxMinutes ends training with the update in which they are over', async (t) => {
  const run = await trainTiny({validation: new Blobs(12, 2), spec: {maxMinutes: 1e-9}});
  t.match(run.outcome, {status: 'completed', epoch: 1, step: 1});
  t.equal(ofType(run, 'epochEnded').length, 1);
  await run.close();
  const enough = await trainTiny({spec: {maxMinutes: 60}});
  t.match(enough.outcome, {status: 'completed', epoch: 3, step: 24});
  await enough.close();
});

t.test('accumulateSteps trains as a batch so many times as large does', async (t) => {
  const common = {dropout: 0, test: new Blobs(21, 3)};
  const whole = await trainTiny({...common, spec: {batchSize: 16}});
  const parts = await trainTiny({...common, spec: {batchSize: 8, accumulateSteps: 2}}); // 60 examples: 16, 16, 16, 8 + 4
  const thirds = await trainTiny({...common, spec: {batchSize: 6, accumulateSteps: 4}}); // 24, 24, 12
  t.same({...parts.events[0]}, {...whole.events[0]});
  const stepsOf = (run: typeof whole) =>
    ofType(run, 'step').map(({epoch, step, stepInEpoch, numExamples}) => [epoch, step, stepInEpoch, numExamples]);
  t.same(stepsOf(parts), stepsOf(whole));
  t.same(stepsOf(thirds).slice(0, 3), [
    [1, 1, 1, 24],
    [1, 2, 2, 48],
    [1, 3, 3, 60],
  ]);
  for (const [index, {batchLoss}] of ofType(whole, 'step').entries()) {
    t.ok(Math.abs(ofType(parts, 'step')[index]!.batchLoss - batchLoss) < 1e-4, `step ${index + 1}`);
  }
  t.ok(Math.abs(parts.outcome.test!.test_loss! - whole.outcome.test!.test_loss!) < 1e-4);
  for (const run of [whole, parts, thirds]) await run.close();
});
