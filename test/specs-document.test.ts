import {readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {loadExperiment} from '../src/experiment/load.js';
import {experimentSchema} from '../src/experiment/schema.js';
import {blockExpander} from '../src/model/blocks/expand.js';
import {loadSpec} from '../src/spec/load.js';

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

t.test('every model in docs/transfer.md is written as the schema wants it', async (t) => {
  const text = readFileSync('docs/transfer.md', 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
  t.equal(blocks.length, 2);
  for (const block of blocks) {
    const model = block.startsWith('model:')
      ? block
      : `model:\n${block.replace(/^/gm, '  ')}\n  layers: [{type: flatten}]\n`;
    const source = {text: model + rest, path: 'example.yaml'};
    const {value} = await loadSpec(experimentSchema, source, {env: {}}, blockExpander);
    t.match(value, {model: {init: {match: 'all'}}});
  }
});

t.test(
  'every section in docs/data.md, docs/training.md and docs/losses-and-metrics.md is written as the schema wants it',
  async (t) => {
    const dir = t.testdir({'base.yaml': `${rest}model: {layers: [{type: flatten}]}\n`});
    for (const [page, count] of [
      ['data', 4],
      ['training', 4],
      ['losses-and-metrics', 2],
    ] as const) {
      const text = readFileSync(`docs/${page}.md`, 'utf8');
      const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
      t.equal(blocks.length, count, page);
      for (const block of blocks) {
        const source = {text: `extends: base.yaml\n${block}`, path: path.join(dir, 'example.yaml')};
        const {value} = await loadSpec(experimentSchema, source, {env: {}}, blockExpander);
        t.match(value, {name: 'example'}, page);
      }
    }
  },
);
