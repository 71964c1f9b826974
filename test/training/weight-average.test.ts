import t from 'tap';
import {runningMetrics} from '../../src/training/running-metrics.js';
import type {TrainingState} from '../../src/training/session.js';
import {Blobs, ofType, type TinyRun, trainTiny} from './tiny.js';

const weightsOf = ({weights}: TrainingState): Record<string, number[]> =>
  Object.fromEntries([...weights].map(([name, {values}]) => [name, [...values]]));
const averagesOf = ({weights, slots}: TrainingState): Record<string, number[]> =>
  Object.fromEntries([...weights.keys()].map((name) => [name, [...slots.get(`${name}/average`)!.values]]));

/** Loss over a set with the weights the session holds. */
async function lossOf({session}: TinyRun, examples: Blobs): Promise<number> {
  const running = runningMetrics([
    {name: 'output', prefix: '', metrics: [], context: {outputShape: [3], encoding: 'classIndex', outputs: 'logits'}},
  ]);
  for (const batch of examples.batches(8)) running.update(batch, await session.evaluate(batch));
  return running.values('').loss!;
}

t.test(
  'the averages are evaluated, kept as best and left in the session; the last checkpoint holds the latest weights',
  async (t) => {
    const [validation, test] = [new Blobs(12, 2), new Blobs(21, 3)];
    const run = await trainTiny({
      validation,
      test,
      checkpoint: {last: true, monitor: 'val_loss'},
      spec: {weightAverage: {decay: 0.9}},
    });
    const held = await run.session.readState();
    const last = ofType(run, 'checkpoint').findLast(({kind}) => kind === 'last')!.state;
    const best = ofType(run, 'checkpoint').findLast(({kind}) => kind === 'best')!.state;
    t.same(weightsOf(held), averagesOf(last));
    t.same(weightsOf(best), averagesOf(best));
    t.notSame(weightsOf(last), averagesOf(last));
    t.equal(run.outcome.test!.test_loss, await lossOf(run, test));
    t.equal(run.outcome.final.val_loss, await lossOf(run, validation));
    await run.close();

    const plain = await trainTiny({validation, test, checkpoint: {last: true}});
    const untouched = ofType(plain, 'checkpoint').at(-1)!.state;
    t.same(weightsOf(last), weightsOf(untouched), 'averaging does not disturb training');
    t.same(
      ofType(run, 'step').map(({batchLoss}) => batchLoss),
      ofType(plain, 'step').map(({batchLoss}) => batchLoss),
    );
    t.not(plain.outcome.final.val_loss, run.outcome.final.val_loss);
    await plain.close();
  },
);

t.test('a decay of 0 gives the latest weights', async (t) => {
  const options = {test: new Blobs(21, 3), checkpoint: {last: true}};
  const run = await trainTiny({...options, spec: {weightAverage: {decay: 0}}});
  const plain = await trainTiny(options);
  t.same(run.outcome.test, plain.outcome.test);
  await run.close();
  await plain.close();
});

t.test('restoreBest brings back the averages of the best epoch', async (t) => {
  const validation = new Blobs(12, 2, 1); // wrong answers, so that it gets worse
  const run = await trainTiny({
    validation,
    checkpoint: {last: false, monitor: 'val_loss'},
    spec: {
      epochs: 6,
      weightAverage: {decay: 0.5},
      earlyStopping: {monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: true},
    },
  });
  t.equal(run.outcome.restoredEpoch, 1);
  t.equal(await lossOf(run, validation), ofType(run, 'epochEnded')[0]!.metrics.val_loss);
  await run.close();
});

t.test('interrupted in the middle, the latest weights are saved', async (t) => {
  const controller = new AbortController();
  const run = await trainTiny({
    validation: new Blobs(12, 2),
    signal: controller.signal,
    spec: {weightAverage: {decay: 0.9}},
    listener: (event) => {
      if (event.type === 'step' && event.step === 5) controller.abort();
    },
  });
  t.equal(run.outcome.status, 'interrupted');
  const {state} = ofType(run, 'checkpoint').at(-1)!;
  t.same(weightsOf(await run.session.readState()), weightsOf(state));
  t.notSame(weightsOf(state), averagesOf(state));
  await run.close();
});
