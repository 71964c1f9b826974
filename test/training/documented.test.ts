import {readFileSync} from 'node:fs';
import path from 'node:path';
import {Type} from '@sinclair/typebox';
import t from 'tap';
import {parse, stringify} from 'yaml';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';
import {nearest} from '../../src/spec/suggest.js';
import {losses} from '../../src/training/losses/registry.js';
import {metrics} from '../../src/training/metrics/registry.js';
import {trainingSection} from '../../src/training/section.js';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/losses-and-metrics.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.*) \|$/gm)].map((match) => match[1]!.split('|').map((cell) => cell.trim()));
const words = (cell: string | undefined): string[] => cell?.match(/\b[A-Za-z][A-Za-z0-9_]+\b/g) ?? [];

t.test('the schema accepts what docs/losses-and-metrics.md shows', async (t) => {
  const schema = checkedSchema(Type.Object({training: trainingSection}));
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  t.equal(blocks.length, 2);
  for (const block of blocks) {
    const {training} = parse(block) as {training: object};
    const text = stringify({training: {epochs: 1, optimizer: 'adam', loss: 'sparseSoftmaxCrossEntropy', ...training}});
    await t.resolves(loadSpec(schema, {text, path: 'example.yaml'}), block);
  }
});

t.test('docs/losses-and-metrics.md names every loss and metric', async (t) => {
  const ofLosses = rows.filter((row) => row.length === 3).flatMap(([here]) => words(here));
  for (const name of Object.keys(losses)) t.ok(ofLosses.includes(name), name);
  const own = words(page);
  for (const name of Object.keys(metrics)) t.ok(own.includes(name), name);
});

t.test('the names of scikit-learn on that page are understood', async (t) => {
  for (const [foreign, here] of rows.filter((row) => row.length === 2 && row[0] !== '---')) {
    const meant = words(here?.replaceAll(/\(.*?\)/g, ''));
    for (const name of words(foreign?.replaceAll(/\(.*?\)/g, '')).filter((word) => word.includes('_'))) {
      t.ok(
        meant.includes(nearest(name, Object.keys(metrics)) ?? ''),
        `${name}: ${nearest(name, Object.keys(metrics))}`,
      );
    }
  }
});
