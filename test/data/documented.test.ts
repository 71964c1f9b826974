import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Type} from '@sinclair/typebox';
import t from 'tap';
import {dataSection} from '../../src/data/section.js';
import {sources} from '../../src/data/sources/index.js';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/data.md'), 'utf8');
const schema = checkedSchema(Type.Object({data: dataSection}, {additionalProperties: false}));

const accepts = async (folder: string, yaml: string): Promise<unknown> => {
  const file = path.join(folder, 'spec.yaml');
  writeFileSync(file, yaml);
  return (await loadSpec(schema, {path: file})).value;
};

t.test('the schema accepts what docs/data.md shows', async (t) => {
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  t.equal(blocks.length, 4);
  for (const block of blocks) await t.resolves(accepts(t.testdir({}), block));
});

t.test('docs/data.md names every source', async (t) => {
  const table = page.slice(page.indexOf('| source |'), page.indexOf('Paths start'));
  const named = [...table.matchAll(/`([a-zA-Z0-9]+)`/g)].map((match) => match[1]!).filter((word) => word !== 'sharp');
  t.same(named.sort(), Object.keys(sources).sort());
});

t.test("the schema accepts every source's example", async (t) => {
  for (const {type, example} of Object.values(sources)) {
    await t.resolves(accepts(t.testdir({}), example), type);
  }
});
