import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import t from 'tap';
import {parse} from 'yaml';
import {loadExperiment} from '../../src/experiment/load.js';
import {asSpecText, writeYaml} from '../../src/spec/write-yaml.js';
import {exp, plainEnv} from '../commands/cli.js';

const csv = `x,y\n${Array.from({length: 20}, (_, i) => `${i},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`;
const sha256 = createHash('sha256').update(csv).digest('hex');
const specFor = (url: string): string => `name: secret
description: "\${env:WHO:-nobody} and \${env:MY_API_KEY:-no key}"
data: {source: {type: csv, path: {url: "${url}", sha256: ${sha256}}, target: y}}
model: {layers: [{type: dense, units: 2}]}
training: {epochs: "\${env:EPOCHS:-1}", batchSize: 4, loss: softmaxCrossEntropy, optimizer: adam}
`;

/** All that is in a folder. */
function* textsIn(folder: string): Generator<readonly [string, Buffer]> {
  for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
    const file = path.join(folder, name);
    if (statSync(file).isFile()) yield [name, readFileSync(file)];
  }
}

t.test('a secret of the environment is used, and is nowhere in output and records', async (t) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === '/x.csv?token=hunter2+%26') response.end(csv);
    else response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const folder = path.join(t.testdir({}), 'work');
  mkdirSync(folder);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.csv?token=\${secret:MY_TOKEN}`;
  writeFileSync(path.join(folder, 'spec.yaml'), specFor(url));
  const env = {...plainEnv, EXP_CACHE_DIR: path.join(folder, 'cache'), EXP_PRIVATE_HOSTS: '127.0.0.1'};
  const secrets = {MY_TOKEN: 'hunter2+%26', MY_API_KEY: 'abracadabra', WHO: 'somebody', EPOCHS: '2'};

  const wrong = await exp(folder, ['run', 'spec.yaml'], {...env, ...secrets, MY_TOKEN: 'wrong-token'});
  t.match(wrong.stderr, /x\.csv\?token=\*\*\* cannot be downloaded: the server answers 403/);
  const unset = await exp(folder, ['run', 'spec.yaml'], env);
  t.match(unset.stderr, /the environment variable MY_TOKEN is not set/);
  const run = await exp(folder, ['run', 'spec.yaml', '--json'], {...env, ...secrets});
  t.equal(run.exitCode, 0, run.stderr);
  t.match(asked.at(-1), '/x.csv?token=hunter2+%26');

  const explained = await exp(folder, ['explain', 'spec.yaml', 'data.source.path.url'], {...env, ...secrets});
  t.match(explained.stdout, /secret MY_TOKEN, read at spec\.yaml:3/);
  for (const {stdout, stderr} of [wrong, run, explained])
    t.notMatch(stdout + stderr, /hunter2|wrong-token|abracadabra/);
  for (const [name, bytes] of textsIn(path.join(folder, 'runs')))
    t.notOk(/hunter2|abracadabra/.test(bytes.toString('latin1')), name);
  const [id] = readdirSync(path.join(folder, 'runs'));
  const resolved = readFileSync(path.join(folder, 'runs', id!, 'resolved.yaml'), 'utf8');
  t.match(resolved, 'token=${secret:MY_TOKEN}');
  t.match(resolved, 'description: somebody and ${secret:MY_API_KEY}');
  t.match(resolved, 'epochs: 2', 'what is no secret is recorded');

  // Whatever goes on from the run reads the secrets again.
  const evaluated = await exp(folder, ['evaluate', id!, '--split', 'train'], {...env, ...secrets, WHO: '', EPOCHS: ''});
  t.equal(evaluated.exitCode, 0, evaluated.stderr);
  t.match((await exp(folder, ['evaluate', id!], env)).stderr, /environment variable MY_(TOKEN|API_KEY) is not set/);
});

t.test('secrets inside texts, through references, and as numbers', async (t) => {
  const text = (more: string): string => `name: n
tags: [${more}]
data: {source: {type: iris}}
model: {layers: [{type: dense, units: 3}]}
training: {epochs: 1, batchSize: 4, loss: softmaxCrossEntropy, optimizer: adam}
`;
  const env = {A_TOKEN: 'alpha-value', B_SECRET: 'beta-value', PLAIN: 'plain-value', PIN_TOKEN: '1234'};
  const tagsOf = async (more: string, overrides: string[] = []) => {
    const {spec, resolved} = await loadExperiment({path: 'x.yaml', text: text(more)}, {env, overrides});
    const written = writeYaml(resolved);
    const again = await loadExperiment({path: 'x.yaml', text: asSpecText(written)}, {env});
    t.strictSame(again.spec, spec, 'resolved.yaml means the same');
    return {tags: spec.tags, recorded: resolved.tags};
  };
  t.strictSame(await tagsOf('"a ${env:A_TOKEN} b ${env:PLAIN} c ${secret:B_SECRET} d"'), {
    tags: ['a alpha-value b plain-value c beta-value d'],
    recorded: ['a ${secret:A_TOKEN} b plain-value c ${secret:B_SECRET} d'],
  });
  t.strictSame(await tagsOf('"${secret:PLAIN}", "${tags.0}", "x ${tags[1]} y"'), {
    tags: ['plain-value', 'plain-value', 'x plain-value y'],
    recorded: ['${secret:PLAIN}', '${secret:PLAIN}', 'x ${secret:PLAIN} y'],
  });
  t.strictSame(await tagsOf('a', ['tags=["${secret:A_TOKEN}"]']), {
    tags: ['alpha-value'],
    recorded: ['${secret:A_TOKEN}'],
  });
  t.strictSame(await tagsOf('"$${x} ${env:NOT_SET_TOKEN:-none}"'), {tags: ['${x} none'], recorded: ['${x} none']});
  const {spec, resolved} = await loadExperiment(
    {path: 'x.yaml', text: text('a')},
    {env, overrides: ['seed=${secret:PIN_TOKEN}']},
  );
  t.equal(spec.seed, 1234);
  t.equal(resolved.seed, '${secret:PIN_TOKEN}');
  await t.rejects(
    loadExperiment({path: 'x.yaml', text: text('"${secret:NOT_SET:-x}"')}, {env}),
    /environment variable NOT_SET is not set/,
  );
});

t.test('texts of any kind come back from resolved.yaml as they were', async (t) => {
  const texts = [
    ' \n',
    ' a\n b\n',
    '\n\n',
    'a\n',
    '\ta\n',
    'a: b',
    '# c',
    "'",
    '"',
    '${x}',
    '- a',
    '\u2028',
    'x'.repeat(200),
    `${'word '.repeat(60)}end`,
    '\\',
    '%',
    'null',
    '1e3',
    '',
  ];
  for (const [index, text] of texts.entries()) {
    t.strictSame(
      parse(writeYaml({a: {b: [text], [`k${text}`]: 1}})),
      {a: {b: [text], [`k${text}`]: 1}},
      `text ${index}`,
    );
  }
});
