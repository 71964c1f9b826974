import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {exp, plainEnv} from './cli.js';

const engines = (cache: string, args: readonly string[], env: Record<string, string> = {}) =>
  exp(process.cwd(), ['engines', ...args], {...plainEnv, EXP_CACHE_DIR: cache, ...env});

t.test('nothing is installed', async (t) => {
  const cache = t.testdir({});
  const list = await engines(cache, ['list']);
  t.equal(list.exitCode, 0);
  t.match(list.stdout, /^No engine is installed in .*\/engines\.\nThe compiled engine needs none; exp engines install/);
  t.equal((await engines(cache, ['list', '--json'])).stdout, '[]');
  const remove = await engines(cache, ['remove', 'tensorflow']);
  t.equal(remove.exitCode, 2);
  t.match(
    remove.stderr,
    /^error: there is no engine tensorflow in .*; none is installed\nhint: {2}see exp engines list$/,
  );
});

t.test('an engine that this process cannot load is listed with the reason, and can be removed', async (t) => {
  const cache = t.testdir({});
  const folder = path.join(cache, 'engines', 'tensorflow-9.9.9-cuda-linux-riscv64');
  mkdirSync(folder, {recursive: true});
  const record = {
    ...{
      format: 1,
      engine: 'tensorflow',
      variant: 'cuda',
      version: '9.9.9',
      binding: '4.22.0',
      platform: 'linux',
      arch: 'riscv64',
    },
    ...{
      nodeApi: 8,
      compiler: 'g++ 15',
      packages: ['nvidia-cudnn-cu12 9.3.0.75'],
      installedAt: '2026-01-02T03:04:05.000Z',
    },
    selfTest: {device: 'cuda:0 (TensorFlow 9.9.9)', steps: 3, largestDifference: 1e-6},
  };
  writeFileSync(path.join(folder, 'engine.json'), JSON.stringify(record));
  const {stdout} = await engines(cache, ['list']);
  t.match(stdout, /what +TensorFlow 9\.9\.9 for NVIDIA cards and the CPU, binding of TensorFlow\.js 4\.22\.0/);
  t.match(stdout, /usable +no: it is for linux riscv64, this is/);
  t.match(stdout, /with +nvidia-cudnn-cu12 9\.3\.0\.75/);
  const [listed] = JSON.parse((await engines(cache, ['list', '--json'])).stdout);
  t.match(listed, {name: path.basename(folder), usable: false, unusable: /riscv64/, bytes: Number, record});
  t.equal((await engines(cache, ['remove', path.basename(folder)])).stdout, `removed ${path.basename(folder)}`);
  t.equal((await engines(cache, ['list', '--json'])).stdout, '[]');
});

t.test('an installation that cannot be made ends with 1, as text and as JSON', async (t) => {
  const cache = t.testdir({});
  const text = await engines(cache, ['install', 'tensorflow'], {EXP_PYTHON: '/nowhere/python3'});
  t.equal(text.exitCode, 1);
  t.match(text.stderr, /^error: \S.*\nhint: {2}\S/m);
  const json = await engines(cache, ['install', 'tensorflow', '--json'], {EXP_PYTHON: '/nowhere/python3'});
  t.equal(json.exitCode, 1);
  t.match(JSON.parse(json.stderr), {error: {code: 'INSTALL_FAILED', message: /\S/, hint: /\S/}});
  t.equal((await engines(cache, ['install', 'pytorch'])).exitCode, 2);
});
