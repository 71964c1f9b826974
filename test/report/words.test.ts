import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {experimentSchema} from '../../src/experiment/schema.js';
import {referencePages} from '../../src/report/reference-pages.js';
import {renderWords} from '../../src/report/words.js';
import {loadSpec} from '../../src/spec/load.js';
import {checkedSchema} from '../../src/spec/schema.js';
import {sweepSection} from '../../src/sweep/section.js';
import {allWordKinds} from '../../src/sweep/vocabulary.js';

const kinds = Object.keys(allWordKinds);
const plain = {json: false, width: 80};
const render = (kindOrName?: string, name?: string, options: {json: boolean; width?: number} = plain): string =>
  renderWords(kindOrName, name, options, allWordKinds);

/** Every registry that the schema of a spec is made of, by its title. */
function titlesIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  const {discriminator, title} = node as {discriminator?: unknown; title?: string};
  if (discriminator !== undefined && title !== undefined) found.add(title);
  for (const child of Object.values(node)) titlesIn(child, found);
  return found;
}

t.test('every registry of the schema is a kind', async (t) => {
  // Activations take no arguments: they are a list of names.
  const nouns = kinds
    .map((kind) => allWordKinds[kind]!.noun.replace('data ', ''))
    .filter((noun) => noun !== 'activation');
  // A wrapper takes some of the layers, patience some of the pruners, which are listed under their own kind.
  const titles = [...titlesIn(experimentSchema), ...titlesIn(sweepSection)]
    .filter((title) => !title.endsWith('Layer') && title !== 'judge')
    .map((title) => title.replace(' kind', ''));
  t.same(titles.sort(), nouns.sort());
});

/** The lines of a spec with an example at its place. */
const specWith: Readonly<Record<string, (example: string) => string>> = {
  sources: (example) => spec({data: example.replace(/^data:\n/, '')}),
  columns: (example) => spec({data: `  source:\n    type: csv\n    path: x.csv\n    target: y\n    ${example}`}),
  transforms: (example) => spec({data: `  source: {type: mnist}\n  ${example}`}),
  augmentations: (example) => spec({data: `  source: {type: mnist}\n  ${example}`}),
  layers: (example) => spec({layer: example}),
  activations: (example) => spec({layer: `- type: dense\n      units: 2\n      ${example}`}),
  initializers: (example) => spec({layer: `- type: dense\n      units: 2\n      ${example}`}),
  regularizers: (example) => spec({layer: `- type: dense\n      units: 2\n      ${example}`}),
  losses: (example) => spec({training: example}),
  optimizers: (example) => spec({training: example}),
  schedules: (example) => spec({training: example}),
  metrics: (example) => spec({training: example}),
  samplers: (example) => sweep(example),
  pruners: (example) => sweep(example),
};

const sweep = (word: string): string =>
  `name: x\nexperiment: x.yaml\nparameters: {training.batchSize: [16, 32]}\nmetric: val_loss\n${word}\n`;

function spec({data = '  source: {type: mnist}', layer = '- {type: dense, units: 2}', training = ''}): string {
  const lines = {
    loss: 'loss: hinge',
    optimizer: 'optimizer: sgd',
    [training.split(':')[0]!]: training,
  };
  return `name: x\ndata:\n${data}\nmodel:\n  layers:\n    ${layer}\ntraining:\n  epochs: 1\n${Object.values(lines)
    .filter((line) => line !== '')
    .map((line) => `  ${line}\n`)
    .join('')}`;
}

t.test('every example is what the schema accepts', async (t) => {
  const schemas = {experiment: checkedSchema(experimentSchema), sweep: checkedSchema(sweepSection)};
  const file = path.join(t.testdir({}), 'spec.yaml');
  for (const kind of kinds) {
    for (const member of Object.values(allWordKinds[kind]!.members)) {
      const {example} = allWordKinds[kind]!.describe(member);
      if (example === undefined) throw new Error(`${kind} ${member.type} has no example`);
      t.match(example, member.type);
      writeFileSync(file, specWith[kind]!(example));
      const schema = kind === 'samplers' || kind === 'pruners' ? schemas.sweep : schemas.experiment;
      await t.resolves(loadSpec(schema, {path: file}), `${kind} ${member.type}: ${example}`);
    }
  }
});

t.test('exp words', async (t) => {
  const list = render(undefined, undefined, {json: false, width: 200});
  for (const kind of kinds) t.match(list, new RegExp(`^${kind} .* \\d+ words`, 'm'));
  t.equal(render('loss', 'huber'), render('losses', 'huber'), 'one of them');
  t.match(render('losses'), /^huber {2,}Squared differences/m);
  t.match(render('schedules', 'step'), /example\n {4}schedule: \{type: step, every: 30\}/);
  const both = render('constant');
  t.match(both, /^initializers\n\nconstant {2}One value everywhere/);
  t.match(both, /\n\nschedules\n\nconstant {2}The learning rate stays/);
  t.same(Object.keys(JSON.parse(render('constant', undefined, {json: true})) as object), ['initializers', 'schedules']);
  const all = JSON.parse(render(undefined, undefined, {json: true})) as {kind: string; words: string[]}[];
  t.same(
    all.map(({kind}) => kind),
    kinds,
  );
  t.same(all.find(({kind}) => kind === 'regularizers')!.words, ['l1', 'l2', 'l1l2']);
});

t.test('words and kinds that are not there', async (t) => {
  const cases: [string, string | undefined, {message: string; hint: string}][] = [
    ['loses', undefined, {message: 'there is no word `loses`', hint: 'did you mean `losses`?'}],
    ['hubr', undefined, {message: 'there is no word `hubr`', hint: 'did you mean `huber`?'}],
    ['losses', 'hubr', {message: 'there is no loss `hubr`', hint: 'did you mean `huber`?'}],
    ['loses', 'huber', {message: 'there is no kind of words `loses`', hint: 'did you mean `losses`?'}],
    ['zzzzzz', 'huber', {message: 'there is no kind of words `zzzzzz`', hint: `the kinds are ${kinds.join(', ')}`}],
  ];
  for (const [kind, name, error] of cases)
    t.throws(() => render(kind, name), {code: 'USAGE', ...error}, `${kind} ${name ?? ''}`);
});

t.test('the reference: every word has its place, links lead somewhere, tables are whole', async (t) => {
  const pages = referencePages(allWordKinds);
  t.same([...pages.keys()], ['README.md', ...kinds.map((kind) => `${kind}.md`)]);
  const anchors = new Set(
    [...pages].flatMap(([name, text]) => [
      name,
      ...[...text.matchAll(/^#+ (\w+)$/gm)].map(([, heading]) => `${name}#${heading!.toLowerCase()}`),
    ]),
  );
  for (const kind of kinds)
    for (const name of Object.keys(allWordKinds[kind]!.members))
      t.ok(anchors.has(`${kind}.md#${name.toLowerCase()}`), `${kind} ${name}`);
  for (const [name, text] of pages) {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(
      ([, target]) => (target!.startsWith('#') ? name : '') + target,
    );
    t.same(
      links.filter((target) => !anchors.has(target)),
      [],
      `links of ${name}`,
    );
    for (const table of text.matchAll(/(?:^\|.*\n)+/gm)) {
      const sizes = table[0]
        .trimEnd()
        .split('\n')
        .map((row) => row.replaceAll('\\|', '').split('|').length);
      t.equal(new Set(sizes).size, 1, `${name}: ${table[0].split('\n')[0]} ${sizes.join()}`);
    }
  }
});
