import t from 'tap';
import {type CompiledGraph, cachedGraph, capacity} from '../../../src/engine/compiled/graph-cache.js';
import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import {loadExperiment} from '../../../src/experiment/load.js';
import {prepareExperiment} from '../../../src/experiment/prepare.js';

const fail = (message: string): void => {
  throw new Error(message);
};

const prepared = async (overrides: readonly string[]) => {
  const experiment = await loadExperiment(
    {path: 'experiments/2-iris-mlp.yaml'},
    {overrides: ['engine=compiled', ...overrides]},
  );
  return prepareExperiment(experiment, fail);
};

t.test('runs that differ in numbers share what their step is compiled to; others do not', async (t) => {
  const first = await prepared(['seed=1', 'training.optimizer.learningRate=0.011']);
  const key = first.sessionOptions.graphKey;
  t.type(key, 'string');
  const second = await prepared(['seed=2', 'training.optimizer.learningRate=0.5']);
  const {recording, passes, lowering} = second.session.compileMillis!;
  t.strictSame([recording, passes, lowering], [0, 0, 0], 'nothing is compiled twice');
  const keyOf = async (...overrides: string[]): Promise<string | undefined> => {
    const {sessionOptions, dispose} = await prepared(overrides);
    await dispose();
    return sessionOptions.graphKey;
  };
  t.equal(
    await keyOf(
      'seed=2',
      'training.optimizer.learningRate=0.5',
      'training.epochs=3',
      'training.batchSize=7',
      'threads=1',
    ),
    key,
  );
  t.not(await keyOf('model.layers[0].units=17'), key, 'the network');
  t.not(await keyOf('model.layers[0].activation=tanh'), key, 'an activation');
  t.not(await keyOf('training.loss={type: sparseSoftmaxCrossEntropy, labelSmoothing: 0.1}'), key, 'the loss');
  t.not(await keyOf('training.classWeights=auto'), key, 'weighted examples');

  const alone = await createCompiledSession({...second.sessionOptions, graphKey: undefined as never});
  const [batch] = second.dataset.train.batches(second.dataset.train.numExamples, undefined as never);
  for (let step = 1; step <= 3; step++) {
    const [shared, own] = [second.session, alone].map((session) => session.step(batch!, {learningRate: 0.1, step}));
    t.equal((await shared!).loss, (await own!).loss, `the same numbers in step ${step}`);
  }
  t.not(
    (await first.session.evaluate(batch!)).loss,
    (await second.session.evaluate(batch!)).loss,
    'each has weights of its own',
  );
  await alone.dispose();
  await first.dispose();
  await second.dispose();
});

t.test('the cache keeps a handful, those used last', async (t) => {
  let made = 0;
  const make = (): CompiledGraph => ({numCalls: ++made}) as CompiledGraph;
  const keys = Array.from({length: capacity + 1}, (_, index) => `graph ${index}`);
  for (const key of keys.slice(0, capacity)) cachedGraph(key, make);
  t.equal(cachedGraph(keys[0]!, make).numCalls, 1, 'known');
  cachedGraph(keys[capacity]!, make);
  t.equal(made, capacity + 1);
  t.equal(cachedGraph(keys[0]!, make).numCalls, 1, 'used lately, so kept');
  t.equal(cachedGraph(keys[1]!, make).numCalls, capacity + 2, 'not used for longest, so made again');
});
