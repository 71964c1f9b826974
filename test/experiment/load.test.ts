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
  t.match(preview.data, {
    inputs: {input: {shape: [28, 28, 1]}},
    targets: {target: {numClasses: 10}},
    numTrain: 60_000,
    numTest: 10_000,
  });
});

t.test('the lesson on blocks is the ResNet-20 of the paper', async (t) => {
  const {preview, spec} = await loadExperiment({path: 'experiments/4-resnet20-blocks.yaml'});
  const total = (field: 'numParameters' | 'numTrainableParameters'): number =>
    preview.layers.reduce((sum, layer) => sum + layer[field], 0);
  // Convolutions of 3 x 3 without bias: the stem, then 6 for each stage, the first of which has the filters of the stage before.
  const stem = 9 * 1 * 16;
  const stages = 6 * 9 * 16 * 16 + (9 * 16 * 32 + 5 * 9 * 32 * 32) + (9 * 32 * 64 + 5 * 9 * 64 * 64);
  const shortcuts = 16 * 32 + 32 * 64;
  // Channels that are normalized: behind each convolution, the shortcuts among them.
  const channels = 16 + 6 * 16 + 7 * 32 + 7 * 64;
  const trainable = stem + stages + shortcuts + 2 * channels + (64 * 10 + 10);
  t.equal(trainable, 272_186);
  t.equal(total('numTrainableParameters'), trainable);
  t.equal(total('numParameters'), trainable + 2 * channels, 'two moving statistics a channel');
  // 20 layers with weights on the longest way, and two shortcuts.
  t.equal(spec.model.layers.filter(({type}) => type === 'conv2d' || type === 'dense').length, 20 + 2);
  t.equal(spec.model.layers.filter(({type}) => type === 'add').length, 9);
  const added = preview.layers.filter(({type}) => type === 'add');
  t.same(added.at(0)?.inputs, ['residual/residue/batchNormalization', 'activation']);
  t.same(added.at(-1)?.outputShape, [7, 7, 64]);
});

t.test('what deserves a second look is a warning', async (t) => {
  const overrides = ['training.epochs=3', 'training.earlyStopping={monitor: val_loss, patience: 3}'];
  const {warnings} = await loadExperiment({path: 'experiments/2-iris-mlp.yaml'}, {overrides});
  t.match(warnings, [/^training\.earlyStopping can never stop/]);
});

t.test('a layer that knows no masks is worth a warning', async (t) => {
  const overrides = [
    'model.layers=[{type: reshape, targetShape: [4, 1]}, {type: masking}, {type: flatten}, {type: dense, units: 3}]',
  ];
  const {warnings} = await loadExperiment({path: 'experiments/2-iris-mlp.yaml'}, {overrides});
  t.same(warnings, [
    'flatten `flatten` knows no masks: steps that are masked in `masking` count like the others from there on',
  ]);
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
