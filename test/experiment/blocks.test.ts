import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {loadExperiment, type RunOutcome, runExperiment} from '../../src/index.js';

const spec = `
name: residual-iris
seed: 3
data: {source: {type: iris}, transforms: [{type: normalize, fit: train}]}
model:
  blocks:
    residual:
      parameters: {units: 8}
      layers:
        - {type: dense, units: "\${units}", activation: relu}
        - {type: dropout, rate: 0.1}
        - {type: dense, units: "\${units}"}
        - {type: add, inputs: [dense_1, input]}
  layers:
    - {type: dense, units: 8}
    - {block: residual, repeat: 3}
    - {type: concatenate, inputs: [residual, residual_2]}
    - {type: dense, units: 3}
training: {epochs: 3, batchSize: 16, loss: softmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.01}, metrics: [accuracy]}
checkpoint: {last: true}
engine: compiled
device: cpu
`;

/** Every file below a folder by its path in it. */
const filesOf = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(folder, file), readFileSync(file)];
      }),
  );

t.test('the resolved spec of a run loads as the same experiment, and trains to the same weights', async (t) => {
  const runsDir = t.testdir();
  const train = async (text: string): Promise<RunOutcome> =>
    runExperiment(await loadExperiment({text, path: 'spec.yaml'}, {env: {}}), {runsDir});
  const first = await train(spec);
  const resolved = readFileSync(path.join(first.path!, 'resolved.yaml'), 'utf8');
  t.notMatch(resolved, /block/);
  t.match(resolved, /name: residual_2\/dense_1/);
  const second = await train(resolved);

  const [before, after] = [filesOf(first.path!), filesOf(second.path!)];
  t.equal(after.get('resolved.yaml')?.toString(), resolved);
  const weights = [...before.keys()].filter((name) => /weights|safetensors/.test(name));
  t.ok(weights.length >= 1, [...before.keys()].join(', '));
  for (const name of weights) t.ok(before.get(name)?.equals(after.get(name)!), name);
  t.match(first, {state: 'finished', summary: {epochs: 3}});
  t.same(
    second.state === 'finished' && second.summary.metrics.final,
    first.state === 'finished' && first.summary.metrics.final,
  );
});
