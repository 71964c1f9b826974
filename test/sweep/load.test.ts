import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import t, {type Test} from 'tap';
import {formatOrigin} from '../../src/spec/origin.js';
import {freezeSweep, loadFrozenSweep, loadSweep, trialExperiment} from '../../src/sweep/load.js';
import {placeOfTrial} from '../../src/sweep/loaded-sweep.js';

const table = 'a,b,species\n'.concat(
  Array.from({length: 30}, (_, i) => `${i % 7},${(i * 5) % 11},${['x', 'y', 'z'][i % 3]}\n`).join(''),
);

/** A folder with a base, an experiment on a table beside it, and a sweep in a folder of its own. */
async function project(t: Test, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = t.testdir();
  const all = {
    'base.yaml': 'training: {epochs: 7, loss: softmaxCrossEntropy, optimizer: adam, metrics: [accuracy]}\n',
    'data/table.csv': table,
    'experiment.yaml': `extends: base.yaml
name: small
seed: 5
data:
  source: {type: csv, path: data/table.csv, target: species}
  validation: {fraction: 0.2}
model:
  layers:
    - {type: dense, units: 4, activation: relu}
    - {type: dense, units: 3}
training: {batchSize: "\${env:BATCH:-8}", logEverySteps: "\${training.batchSize}"}
tags: ["\${secret:TOKEN}"]
`,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(folder, name)), {recursive: true});
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

const sweepFile = `name: try
experiment: ../experiment.yaml
overrides: {training.epochs: 3}
metric: val_accuracy
parameters:
  training.batchSize: [4, 8]
  model.layers.0: {repeat: {min: 0, max: 2}, of: {type: dense, units: {values: [2, 6]}, activation: relu}}
`;
const env = {TOKEN: 'hush-hush-1234'};

t.test('a trial is the experiment with its values', async (t) => {
  const folder = await project(t, {'sweeps/try.yaml': sweepFile});
  const sweep = await loadSweep({path: path.join(folder, 'sweeps/try.yaml')}, {env});
  t.equal(sweep.numPoints, 2 * (1 + 2 + 4));
  t.same(sweep.metric, {name: 'val_accuracy', goal: 'maximize'});
  t.same(sweep.seeds, [5]);
  t.equal(sweep.experiment.numEpochs, 3);

  const values = {
    'training.batchSize': 4,
    'model.layers.0.repeat': 2,
    'model.layers.0.0.units': 6,
    'model.layers.0.1.units': 2,
  };
  const {spec, origins, baseDir, preview} = await trialExperiment(sweep, {values, trial: 7, seed: 11});
  t.same(
    spec.model.layers.map((layer) => layer.type === 'dense' && layer.units),
    [6, 2, 3],
    'two layers stand where one stood',
  );
  t.equal(spec.seed, 11);
  t.equal(spec.training.epochs, 3, 'of the overrides');
  t.equal(spec.training.batchSize, 4);
  t.equal(spec.training.logEverySteps, 4, 'a reference follows the value of the trial');
  t.equal(preview.data.numTrain, 24, 'the table was found from the folder of the experiment');
  t.equal(baseDir, path.join(folder, 'sweeps'));

  const told = (key: string): string => formatOrigin(origins[key]!).replace(/^.*\//, '');
  t.equal(told('training.batchSize'), 'sweep trial 7 of try: training.batchSize');
  t.equal(told('training.logEverySteps'), 'experiment.yaml:11, copied from training.batchSize');
  t.equal(told('model.layers.1.units'), 'sweep trial 7 of try: model.layers.0.1.units');
  t.equal(told('seed'), 'sweep trial 7 of try: seed');
  t.equal(told('model.layers.0.activation'), 'try.yaml:7');
  t.equal(told('training.epochs'), 'try.yaml:3');
  t.equal(told('training.loss.type'), 'base.yaml:1 (extended)');
  t.equal(told('model.layers.2.units'), 'experiment.yaml:10');
});

t.test('no copy at all, and the own item where a condition does not hold', async (t) => {
  const text = sweepFile.replace('model.layers.0: {', 'model.layers.0: {when: "training.batchSize == 4", ');
  const folder = await project(t, {'sweeps/try.yaml': text});
  const sweep = await loadSweep({path: path.join(folder, 'sweeps/try.yaml')}, {env});
  const layersOf = async (values: Readonly<Record<string, number>>): Promise<number> =>
    (await trialExperiment(sweep, {values, trial: 1})).spec.model.layers.length;
  t.equal(await layersOf({'training.batchSize': 4, 'model.layers.0.repeat': 0}), 1);
  t.equal(await layersOf({'training.batchSize': 8}), 2);
});

t.test('a frozen sweep makes the same trials, whatever becomes of its files and the environment', async (t) => {
  const folder = await project(t, {'sweeps/try.yaml': sweepFile});
  const before = await loadSweep({path: path.join(folder, 'sweeps/try.yaml')}, {env: {...env, BATCH: '6'}});
  const frozen = freezeSweep(before);
  t.notMatch(JSON.stringify(frozen), 'hush-hush', 'secrets are named only');
  t.match(frozen.resolvedText, /\$\{secret:TOKEN\}/);
  t.match(frozen.resolvedText, /path: \.\.\/data\/table\.csv/);
  const written = JSON.parse(JSON.stringify(frozen)) as typeof frozen;

  for (const name of ['experiment.yaml', 'base.yaml', 'sweeps/try.yaml']) {
    await writeFile(path.join(folder, name), 'name: other\n');
  }
  const after = await loadFrozenSweep(written, {env: {...env, BATCH: '2'}});
  t.same(after.resolved, before.resolved);
  t.equal(after.numTrials, before.numTrials);
  t.same(after.experiment, before.experiment);
  for (let point = 1; point <= before.numPoints!; point++) {
    const request = {point, seed: 0, observations: []};
    const values = before.sampler.suggest(request);
    t.same(after.sampler.suggest(request), values, `point ${point}`);
    const [a, b] = await Promise.all([before, after].map((one) => trialExperiment(one, {values, trial: point})));
    t.same(b!.spec, a!.spec);
    t.same(b!.resolved, a!.resolved);
    // Where a secret was read is told of the file it was read from.
    const {'tags.0': _a, ...expected} = a!.origins;
    const {'tags.0': _b, ...found} = b!.origins;
    t.same(found, expected);
  }
});

t.test('an experiment that is written in the sweep', async (t) => {
  const folder = await project(t, {
    'sweeps/inline.yaml': `name: inline
experiment:
  extends: ../experiment.yaml
  training: {logEverySteps: "\${training.epochs}"}
metric: {name: val_loss}
maxTrials: "\${seed}"
seed: 2
parameters:
  training.epochs: [1, 2]
  training.optimizer: [sgd, {type: adam, learningRate: 0.1}]
`,
  });
  const sweep = await loadSweep({path: path.join(folder, 'sweeps/inline.yaml')}, {env});
  t.equal(sweep.numTrials, 2);
  t.match(sweep.warnings, [/only the first 2 are trained/]);
  t.equal(sweep.experiment.file, undefined);
  t.equal(sweep.experiment.numEpochs, undefined, 'trials differ');
  const values = {'training.epochs': 2, 'training.optimizer': {type: 'adam', learningRate: 0.1}};
  const {spec} = await trialExperiment(sweep, {values, trial: 4});
  t.equal(spec.training.logEverySteps, 2);
  t.equal(spec.training.optimizer.learningRate, 0.1);
  t.equal(spec.seed, 5);
});

t.test('seeds', async (t) => {
  const folder = await project(t, {'sweeps/try.yaml': sweepFile});
  const load = async (...overrides: readonly string[]) =>
    loadSweep({path: path.join(folder, 'sweeps/try.yaml')}, {env, overrides});
  const three = await load('seeds=3', 'parameters.model.layers.0=null');
  t.same(three.seeds, [5, 6, 7], 'the seed of the experiment, and those after it');
  t.equal(three.numTrials, 6);
  t.equal(three.numPoints, 2);
  t.same(
    [1, 2, 3, 4].map((trial) => placeOfTrial(three, trial)),
    [
      {point: 1, seed: 5, first: 1},
      {point: 1, seed: 6, first: 1},
      {point: 1, seed: 7, first: 1},
      {point: 2, seed: 5, first: 4},
    ],
  );
  t.same((await load('seeds=[9]')).seeds, [9]);
  const one = await trialExperiment(await load('seeds=[9]'), {values: {'training.batchSize': 4}, trial: 1});
  t.equal(one.spec.seed, 9);
  const ofExperiment = await load('overrides.seed=null', 'overrides.seeds=[1, 2]');
  t.same(ofExperiment.seeds, [1, 2]);
  const {spec} = await trialExperiment(ofExperiment, {values: {'training.batchSize': 4}, trial: 1, seed: 2});
  t.equal(spec.seed, 2);
  t.notOk('seeds' in spec);
});

t.test("the number of a block's repetitions is a parameter like any other", async (t) => {
  const folder = await project(t, {
    'sweeps/blocks.yaml': `name: blocks
experiment:
  extends: ../experiment.yaml
  model:
    blocks:
      pair: {parameters: {width: 2}, layers: [{type: dense, units: "\${width}"}, {type: dropout, rate: 0.1}]}
    layers: [{block: pair, repeat: 1}, {type: dense, units: 3}]
metric: val_loss
parameters:
  model.layers.0.repeat: {min: 1, max: 3}
  model.layers.0.width: {min: 2, max: 3}
`,
  });
  const sweep = await loadSweep({path: path.join(folder, 'sweeps/blocks.yaml')}, {env});
  t.equal(sweep.numPoints, 6);
  const values = {'model.layers.0.repeat': 3, 'model.layers.0.width': 3};
  const {spec} = await trialExperiment(sweep, {values, trial: 1});
  t.same(
    spec.model.layers.map(({type}) => type),
    ['dense', 'dropout', 'dense', 'dropout', 'dense', 'dropout', 'dense'],
  );
  t.match(spec.model.layers[4], {type: 'dense', units: 3});
});

t.test("copies of the experiment's own item share what varies in it", async (t) => {
  const folder = await project(t, {
    'sweeps/shared.yaml': sweepFile
      .replace(/model.layers.0: .*/, 'model.layers.0: {repeat: [1, 3]}')
      .concat('  model.layers.0.units: [2, 6]\n'),
  });
  const sweep = await loadSweep({path: path.join(folder, 'sweeps/shared.yaml')}, {env});
  const values = {'training.batchSize': 4, 'model.layers.0.repeat': 3, 'model.layers.0.units': 6};
  const {spec} = await trialExperiment(sweep, {values, trial: 1});
  t.same(
    spec.model.layers.map((layer) => layer.type === 'dense' && layer.units),
    [6, 6, 6, 3],
  );
});

t.test('the path of the experiment may come from the environment', async (t) => {
  const text = sweepFile.replace('../experiment.yaml', '${env:WHICH}');
  const folder = await project(t, {'sweeps/try.yaml': text});
  const source = {path: path.join(folder, 'sweeps/try.yaml')};
  const sweep = await loadSweep(source, {env: {...env, WHICH: '../experiment.yaml'}});
  t.equal(sweep.experiment.name, 'small');
  await t.rejects(loadSweep(source, {env}), {message: /environment variable WHICH is not set/});
});
