import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import t, {type Test} from 'tap';
import {parse as parseYaml} from 'yaml';
import {loadExperiment} from '../../src/experiment/load.js';
import {prepareExperiment} from '../../src/experiment/prepare.js';
import {runExperiment} from '../../src/experiment/run.js';
import {readSafetensors, writeSafetensors} from '../../src/runs/safetensors.js';
import type {ExpError} from '../../src/support/errors.js';

// The servers of these tests are on the loopback interface.
process.env.EXP_PRIVATE_HOSTS = '127.0.0.1,localhost';

const spec = (name: string, model = ''): string => `name: ${name}
data: {source: {type: iris}, validation: {fraction: 0.2}}
model:
  ${model}
  layers:
    - {type: dense, units: 6, activation: relu, name: body/dense}
    - {type: batchNormalization, name: body/norm}
    - {type: dense, units: 3, name: head}
training: {epochs: 2, batchSize: 24, loss: softmaxCrossEntropy, optimizer: adam}
checkpoint: {monitor: val_loss}
`;

/** A folder for specs and one for runs, which has a finished run `first`. */
async function trained(t: Test) {
  const folder = t.testdir({specs: {}, runs: {}});
  const runsDir = path.join(folder, 'runs');
  const load = (name: string, model?: string) =>
    loadExperiment({text: spec(name, model), path: path.join(folder, 'specs', `${name}.yaml`)}, {runsDir, env: {}});
  const ending = await runExperiment(await load('first'), {runsDir});
  return {folder, runsDir, load, first: ending.path!};
}

const weightsOf = (run: string, checkpoint: 'best' | 'last') =>
  readSafetensors(path.join(run, 'checkpoints', checkpoint, 'weights.safetensors'));
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

t.test('a run starts from the weights of another, keeps frozen ones, and tells where they came from', async (t) => {
  const {runsDir, load, first} = await trained(t);
  const loaded = await load('second', 'init: {from: {run: first}, exclude: [head]}\n  freeze: [body]');
  t.same(loaded.warnings, []);
  const ending = await runExperiment(loaded, {runsDir});
  const [before, after] = [weightsOf(first, 'best'), weightsOf(ending.path!, 'last')];
  for (const [name, {values}] of before)
    if (name.startsWith('body')) t.same(after.get(name)!.values, values, name);
    else t.notSame(after.get(name)!.values, values, name);

  const {init, layers} = JSON.parse(readFileSync(path.join(ending.path!, 'plan.json'), 'utf8'));
  const file = path.join(first, 'checkpoints', 'best', 'weights.safetensors');
  t.same([init.run, init.checkpoint], [path.basename(first), 'best']);
  t.same(
    init.files.map((one: {sha256: string}) => one.sha256),
    [sha256(file)],
  );
  t.equal(init.loaded.length, 6);
  t.same(
    init.left.map((one: {name: string; reason: string}) => `${one.name} ${one.reason}`),
    ['head/kernel excluded', 'head/bias excluded'],
  );
  t.same(
    layers.map((layer: {isFrozen?: boolean}) => layer.isFrozen ?? false),
    [true, true, false],
  );

  const resolved = parseYaml(readFileSync(path.join(ending.path!, 'resolved.yaml'), 'utf8'));
  t.same(resolved.model.init.from, {run: path.basename(first)}, 'the run that it was, not its name');
  t.match(readFileSync(path.join(ending.path!, 'output.log'), 'utf8'), /init +6 of 8 weights from .*\nloaded +body/);
});

t.test('weights come from a path, a model folder, an address', async (t) => {
  const {folder, load, first} = await trained(t);
  const file = path.join(first, 'checkpoints', 'last', 'weights.safetensors');
  const server = createServer((_request, response) => response.end(readFileSync(file)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const cache = process.env.EXP_CACHE_DIR;
  process.env.EXP_CACHE_DIR = path.join(folder, 'cache');
  t.teardown(() => {
    if (cache === undefined) delete process.env.EXP_CACHE_DIR;
    else process.env.EXP_CACHE_DIR = cache;
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
  const run = path.relative(path.join(folder, 'specs'), first);
  const origins = [
    [`${run}/checkpoints/last/weights.safetensors`, ''],
    [`${run}/checkpoints/last`, ''],
    [run, ', checkpoint: last'],
    [`${run}/model`, ''],
    [`{url: "${url}", sha256: ${sha256(file)}}`, ''],
  ] as const;
  for (const [from, rest] of origins) {
    const prepared = await prepareExperiment(await load('second', `init: {from: ${from}${rest}}`), () => {});
    const {weights} = await prepared.session.readState();
    t.same(
      [...weights].map(([name, {values}]) => [name, [...values]]),
      [...weightsOf(first, 'last')].map(([name, {values}]) => [name, [...values]]),
      from,
    );
    await prepared.dispose();
  }
});

const refusal = (attempt: Promise<unknown>): Promise<ExpError> =>
  attempt.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: ExpError) => error,
  );

t.test('what is not loaded starts otherwise than in the run that the rest comes from', async (t) => {
  const {load} = await trained(t);
  const head = async (name: string, model?: string): Promise<readonly number[]> => {
    const prepared = await prepareExperiment(await load(name, model), () => {});
    const {weights} = await prepared.session.readState();
    await prepared.dispose();
    return [...weights.get('head/kernel')!.values];
  };
  const first = await head('first');
  const second = await head('second', 'init: {from: {run: first}, exclude: [head]}');
  t.notSame(second, first, 'although seed and name are the same: the body has learned beside those numbers');
  t.same(await head('second', 'init: {from: {run: first}, exclude: [head]}'), second, 'always the same again');
});

t.test('what cannot be used is said with its line', async (t) => {
  const {folder, load, first} = await trained(t);
  const problem = async (model: string): Promise<string> => (await refusal(load('second', model))).message;
  t.match(
    await problem('init: {from: {run: frist}}'),
    /the initial weights .*cannot be used\n\n.*second\.yaml:4:22 .*there is no run of frist/s,
  );
  t.match(
    await problem('init: {from: ../runs/first}'),
    /does not exist\n.*= there is such a run in .*from: \{run: first\}/s,
  );
  t.match(await problem('init: {from: {run: first}, rename: {body: bodi}}'), /6 of 8 weights .*did you mean body/s);
  t.match(await problem('init: {from: {run: first}, rename: {"*": "x/*"}, match: matching}'), /nothing in .* fits/);
  t.match(
    await problem(`init: {from: ${first}/checkpoints/best/weights.safetensors, checkpoint: last}`),
    /is for runs/,
  );
  t.match(await problem('freeze: ["*"]'), /all weights of the model are frozen/);
  t.match(await problem('freeze: [boddy]'), /no layer has a name like `boddy`.*did you mean `body`/s);

  const outside = mkdtempSync(path.join(tmpdir(), 'exp-outside-'));
  t.teardown(() => rmSync(outside, {recursive: true}));
  writeSafetensors(path.join(outside, 'w.safetensors'), weightsOf(first, 'last'));
  symlinkSync(outside, path.join(folder, 'specs', 'link'));
  t.match(await problem('init: {from: link/w.safetensors}'), /outside the folders that a spec may read/);
  t.match(await problem(`init: {from: ${outside}/w.safetensors}`), /outside the folders that a spec may read/);
});

t.test('a weight that is no finite number stops the run before it begins', async (t) => {
  const {folder, load, first} = await trained(t);
  const weights = new Map(weightsOf(first, 'last'));
  weights.set('head/bias', {shape: [3], values: Float32Array.of(0, Number.NaN, 1)});
  writeSafetensors(path.join(folder, 'specs', 'w.safetensors'), weights);
  const loaded = await load('second', 'init: {from: w.safetensors}');
  const {code, message} = await refusal(prepareExperiment(loaded, () => {}));
  t.equal(code, 'DATA_INVALID');
  t.match(message, /^head\/bias of .*w\.safetensors holds NaN \(value 2 of 3\)/);
  writeFileSync(path.join(folder, 'specs', 'w.safetensors'), 'not weights at all');
  t.match((await refusal(load('second', 'init: {from: w.safetensors}'))).message, /its header wants/);
});

t.test('a frozen layer that nothing fills is worth a warning', async (t) => {
  const {load} = await trained(t);
  const {warnings} = await load('second', 'freeze: [body]');
  t.match(warnings, ['`body/dense`, `body/norm` are frozen but keep weights that nothing has trained']);
});
