import {readFileSync} from 'node:fs';
import t from 'tap';
import {loadExperiment} from '../src/experiment/load.js';

const rest = `
name: example
data: {source: {type: mnist}}
training: {epochs: 1, loss: softmaxCrossEntropy, optimizer: adam, batchSize: 32}
`;

t.test('every model in docs/specs.md is valid', async (t) => {
  const text = readFileSync('docs/specs.md', 'utf8');
  const models = [...text.matchAll(/```yaml\n(model:[\s\S]*?)```/g)].map(([, model]) => model!);
  t.equal(models.length, 3);
  for (const model of models) {
    const {preview} = await loadExperiment({text: model + rest, path: 'example.yaml'}, {env: {}});
    t.same(preview.layers.at(-1)?.outputShape, [10]);
  }
});
