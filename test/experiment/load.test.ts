import {readdir} from 'node:fs/promises';
import {resolve} from 'node:path';
import t from 'tap';
import {stringify} from 'yaml';
import {loadExperiment} from '../../src/experiment/load.js';

const lessons = (await readdir('experiments')).filter((name) => name.endsWith('.yaml'));

t.test('every lesson loads, and its resolved spec is the same experiment again', async (t) => {
  t.ok(lessons.length >= 5);
  for (const name of lessons) {
    const path = `experiments/${name}`;
    const {resolved, origins, spec} = await loadExperiment({path}, {env: {}});
    const again = await loadExperiment({text: stringify(resolved), path}, {env: {}});
    t.same(again.resolved, resolved, name);
    t.same(Object.keys(again.origins).sort(), Object.keys(origins).sort());
    t.ok(
      Object.values(again.origins).every(({kind}) => kind === 'file'),
      'nothing is left to defaults',
    );
    t.ok(Object.isFrozen(spec) && Object.isFrozen(spec.model.layers[0]), 'the spec is frozen to its leaves');
  }
});

t.test('the main job is the network of the lesson', async (t) => {
  const {spec, preview, path, baseDir, warnings} = await loadExperiment({path: 'experiments/mnist-cnn.yaml'});
  t.equal(path, resolve('experiments/mnist-cnn.yaml'));
  t.equal(baseDir, resolve('experiments'));
  t.same(warnings, []);
  t.match(spec.training, {
    epochs: 6,
    batchSize: 32,
    loss: {type: 'softmaxCrossEntropy'},
    optimizer: {learningRate: 0.001},
  });
  // 5·5·1·32 + 32, 5·5·32·64 + 64, 3136·1000 + 1000, 1000·10 + 10
  t.same(
    preview.layers.map(({numParameters}) => numParameters),
    [832, 0, 51_264, 0, 0, 3_137_000, 10_010],
  );
  t.same(preview.layers.at(-1)?.outputShape, [10]);
  t.match(preview.data, {inputShape: [28, 28, 1], numClasses: 10, numTrain: 60_000, numTest: 10_000});
});

t.test('what deserves a second look is a warning', async (t) => {
  const overrides = ['training.epochs=3', 'training.earlyStopping={monitor: val_loss, patience: 3}'];
  const {warnings} = await loadExperiment({path: 'experiments/2-iris-mlp.yaml'}, {overrides});
  t.match(warnings, [/^training\.earlyStopping can never stop/]);
});

t.test('overrides and the extended file are told apart in the origins', async (t) => {
  const overrides = ['training.epochs=2'];
  const {spec, origins} = await loadExperiment({path: 'experiments/mnist-quick.yaml'}, {overrides});
  t.equal(spec.training.epochs, 2);
  t.same(origins['training.epochs'], {kind: 'override', text: 'training.epochs=2'});
  t.match(origins['training.batchSize'], {kind: 'extends', file: 'experiments/mnist-cnn.yaml'});
  t.match(origins['training.optimizer.learningRate'], {kind: 'file', file: 'experiments/mnist-quick.yaml'});
  t.same(origins['training.optimizer.beta1'], {kind: 'default'});
});
