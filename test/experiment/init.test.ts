import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import t from 'tap';
import {experimentEditorSchemaText} from '../../src/experiment/editor-schema.js';
import {initExperiment} from '../../src/experiment/init.js';
import {loadExperiment} from '../../src/experiment/load.js';

const folder = await mkdtemp(join(tmpdir(), 'exp-init-'));
t.teardown(() => rm(folder, {recursive: true}));

t.test('outside the project: a valid spec with the schema beside it', async (t) => {
  const {spec, schema} = await initExperiment(folder, false);
  t.equal(spec, join(folder, 'experiment.yaml'));
  t.match(await readFile(spec, 'utf8'), /^# yaml-language-server: \$schema=\.\/experiment\.schema\.json\n/);
  t.equal(await readFile(schema, 'utf8'), experimentEditorSchemaText());
  t.match((await loadExperiment({path: spec})).spec, {name: 'experiment', data: {source: {type: 'iris'}}});
});

t.test('a named file names the experiment; odd characters give way', async (t) => {
  const {spec} = await initExperiment(join(folder, 'deeper', 'my flowers (2).yaml'), false);
  t.equal((await loadExperiment({path: spec})).spec.name, 'my-flowers-2');
});

t.test('inside the project: the header names the schema that is there', async (t) => {
  const inside = await mkdtemp(join('test', 'experiment', 'init-'));
  t.teardown(() => rm(inside, {recursive: true}));
  const {spec, schema} = await initExperiment(inside, false);
  t.equal(schema, 'schemas/experiment.schema.json');
  t.match(await readFile(spec, 'utf8'), /\$schema=\.\.\/\.\.\/\.\.\/schemas\/experiment\.schema\.json\n/);
});

t.test('nothing is overwritten unless forced', async (t) => {
  await t.rejects(initExperiment(folder, false), {code: 'USAGE', message: /is already there$/, hint: /--force/});
  await t.resolves(initExperiment(folder, true));
});
