import {rejects} from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {prepareExperiment} from '../../src/experiment/prepare.js';
import {loadExperiment} from '../../src/index.js';

const spec = `name: range
seed: 1
engine: eager
device: cpu
data:
  source: {type: csv, path: table.csv, target: y}
model: {layers: [{type: dense, units: 1}]}
training: {epochs: 1, batchSize: 2, loss: meanSquaredError, optimizer: sgd}
`;

const table = (...targets: readonly number[]) => ['x,y', ...targets.map((y, i) => `${i},${y}`), ''].join('\n');

async function prepare(dir: string, loss: string, targets: readonly number[]): Promise<void> {
  writeFileSync(path.join(dir, 'table.csv'), table(...targets));
  const ending = loss === 'poisson' ? ['model.layers.0.activation=softplus'] : [];
  const loaded = await loadExperiment(
    {text: spec, path: path.join(dir, 'spec.yaml')},
    {overrides: [`training.loss=${loss}`, ...ending]},
  );
  await (await prepareExperiment(loaded, () => {})).dispose();
}

t.test('targets that a loss is not for', async (t) => {
  const dir = t.testdir({});
  for (const loss of ['binaryCrossEntropy', 'binaryFocalCrossEntropy', 'hinge', 'squaredHinge']) {
    await rejects(prepare(dir, loss, [1, 0, -1, 1]), {
      code: 'DATA_INVALID',
      message: `the targets: example 2 (counted from 0) is -1; the loss ${loss} is for numbers from 0 to 1`,
      hint: 'write 0 for no and 1 for yes, or take another loss',
    });
  }
  await rejects(prepare(dir, 'binaryCrossEntropy', [0, 255, 3, 1]), {
    message: 'the targets: example 1 (counted from 0) is 255; the loss binaryCrossEntropy is for numbers from 0 to 1',
    hint: 'divide them where the file is made, or take another loss',
  });
  for (const loss of ['poisson', 'meanSquaredLogarithmicError']) {
    await rejects(prepare(dir, loss, [7, 0, 1, -0.5]), {
      code: 'DATA_INVALID',
      message: `the targets: example 3 (counted from 0) is -0.5; the loss ${loss} is for numbers from 0 on`,
      hint: 'a loss such as meanSquaredError takes any number',
    });
  }
  await t.resolves(prepare(dir, 'binaryCrossEntropy', [0, 0.25, 1, 1.0000001]));
  await t.resolves(prepare(dir, 'poisson', [0, 3, 100, 2]));
  await t.resolves(prepare(dir, 'meanSquaredError', [-5, 3, 100, 2]));
});
