import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import t from 'tap';
import {stringify} from 'yaml';
import {explain, formatExplanation} from '../../src/experiment/explain.js';
import {loadExperiment} from '../../src/experiment/load.js';

const spec = 'experiments/mnist-quick.yaml';
const runsDir = await mkdtemp(join(tmpdir(), 'exp-explain-'));
t.teardown(() => rm(runsDir, {recursive: true}));

t.test('a value, where it came from, what it means and what it may be', async (t) => {
  t.equal(
    formatExplanation(await explain(spec, 'training.optimizer.learningRate', {runsDir})),
    [
      'training.optimizer.learningRate = 0.002',
      '  from     experiments/mnist-quick.yaml:23',
      '  about    Step size; above 0.',
      '  must be  a number > 0',
      '  default  0.001',
    ].join('\n'),
  );
});

t.test('origins of all kinds', async (t) => {
  const from = async (key: string, overrides: readonly string[] = []): Promise<string | undefined> =>
    formatExplanation(await explain(spec, key, {runsDir, overrides})).match(/from +(.*)/)?.[1];
  t.match(await from('training.batchSize'), /^experiments\/mnist-cnn\.yaml:\d+ \(extended\)$/);
  t.equal(await from('training.batchSize', ['training.batchSize=8']), 'override training.batchSize=8');
  t.equal(await from('training.optimizer.beta1'), 'default');
  t.match(await from('model.layers[0].filters'), /^experiments\/mnist-quick\.yaml:\d+$/);
});

t.test('a section lists its leaves; a key that is not set says so', async (t) => {
  const optimizer = await explain(spec, 'training.optimizer', {runsDir});
  t.same(
    optimizer.leaves.map(({key}) => key),
    ['type', 'learningRate', 'beta1', 'beta2', 'epsilon', 'amsgrad'].map((name) => `training.optimizer.${name}`),
  );
  t.match(
    formatExplanation(await explain(spec, 'training.earlyStopping', {runsDir})),
    /^training\.earlyStopping is not set\n/,
  );
});

t.test('keys that do not exist', async (t) => {
  const hint = async (key: string): Promise<string | undefined> =>
    explain(spec, key, {runsDir}).then(
      () => undefined,
      (error) => error.hint,
    );
  t.equal(await hint('training.optimizer.lr'), 'did you mean training.optimizer.learningRate?');
  t.equal(await hint('batchSize'), 'did you mean training.batchSize?');
  t.equal(await hint('model.layers.0.filter'), 'did you mean model.layers.0.filters?');
  t.equal(await hint('model.layers.99'), 'did you mean model.layers?');
  t.match(await hint('model.blocks.residual'), /^explain one of those: model\.layers\[0\]/);
});

t.test('layers of a block come from the lines of the block, its arguments from those of the use', async (t) => {
  const path = 'experiments/4-resnet20-blocks.yaml';
  const lines = (await readFile(path, 'utf8')).split('\n');
  const lineOf = async (key: string): Promise<string | undefined> => {
    const {leaves} = await explain(path, key, {runsDir});
    const origin = leaves[0]?.origin;
    return origin?.kind === 'file' ? lines[origin.line - 1]?.trim() : origin?.kind;
  };
  const {spec: resnet} = await loadExperiment({path});
  const index = resnet.model.layers.findIndex(({name}) => name === 'downsampling_1/conv/conv2d');
  t.match(await lineOf(`model.layers[${index}].filters`), /^- \{block: downsampling, filters: 64\}/);
  t.match(await lineOf(`model.layers[${index}].strides`), /^- \{block: conv, filters: "\$\{filters\}", strides: 2\}/);
  t.match(await lineOf(`model.layers[${index}].kernelSize`), /^parameters: .*kernelSize: 3/);
  t.match(await lineOf(`model.layers[${index}].padding`), /^padding: same/);
  t.equal(await lineOf(`model.layers[${index}].name`), 'default');
});

t.test('a run folder explains itself', async (t) => {
  const {resolved, origins} = await loadExperiment({path: spec}, {overrides: ['training.epochs=2']});
  const folder = await mkdtemp(join(runsDir, 'mnist-quick-'));
  await writeFile(join(folder, 'resolved.yaml'), stringify(resolved));
  await writeFile(join(folder, 'origins.json'), JSON.stringify(origins));
  await writeFile(join(folder, 'metrics.csv'), 'epoch,loss\n');
  t.match(await explain(folder, 'training.epochs', {runsDir}), {
    value: 2,
    leaves: [{origin: {kind: 'override', text: 'training.epochs=2'}}],
  });
});
