import {chmodSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {
  checkNode,
  checkRunsDir,
  describeCache,
  describeCompiled,
  describeEager,
  describeGpu,
  describeImages,
} from '../../src/experiment/doctor.js';

const exp = path.resolve(import.meta.dirname, '../../bin/exp.js');
const doctor = (args: readonly string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [exp, 'doctor', ...args], {env, reject: false});

t.test('Node.js below 20.11 cannot run exp', async (t) => {
  t.equal(checkNode('18.20.4').state, 'problem');
  t.equal(checkNode('20.10.9').state, 'problem');
  t.match(checkNode('20.10.9').detail, /20\.11 or newer/);
  for (const version of ['20.11.0', '20.20.2', '22.0.0', '24.3.1']) t.equal(checkNode(version).state, 'ok', version);
});

t.test('without onnxruntime-node training still works, without TensorFlow.js it does not', async (t) => {
  const missing = {name: 'x', status: 'missing'} as const;
  const failing = {name: 'x', status: 'fails', version: '1.2.3', reason: 'GLIBC_2.28 not found'} as const;
  t.match(describeCompiled(missing), {state: 'warning', fix: /npm install onnxruntime-node/});
  t.match(describeCompiled(failing), {state: 'warning', detail: /1\.2\.3.*GLIBC_2\.28 not found/});
  t.match(describeEager(missing), {state: 'problem', fix: /npm/});
  t.match(describeEager(failing), {state: 'problem', detail: /GLIBC_2\.28 not found/});
});

t.test('each way in which tfjs-node-gpu is not usable has its own mending', async (t) => {
  const failing = (reason: string) => ({name: 'x', status: 'fails', version: '4.22.0', reason}) as const;
  t.match(describeGpu({name: 'x', status: 'missing'}), {state: 'absent', fix: /^npm install/});
  t.match(describeGpu(failing('The Node.js native addon module (tfjs_binding.node) can not be found at path: /x')), {
    detail: /without its native addon/,
    fix: /^npm rebuild/,
  });
  t.match(describeGpu(failing('libcudart.so.11.0: cannot open shared object file: No such file or directory')), {
    fix: /CUDA 11\.2/,
  });
});

t.test('sharp is wanted for images only', async (t) => {
  t.match(describeImages({name: 'x', status: 'missing'}), {state: 'absent', fix: 'npm install sharp'});
  t.match(describeImages({name: 'x', status: 'fails', version: '1.2.3', reason: 'no binary'}), {
    state: 'absent',
    detail: 'sharp 1.2.3 does not load (no binary); wanted only for the data source imageFolder',
  });
});

t.test('the cache is shown with what it takes', async (t) => {
  const before = process.env.EXP_CACHE_DIR;
  process.env.EXP_CACHE_DIR = t.testdir({
    sha256: {abc: 'x'.repeat(2_000_000)},
    decoded: {key: {'manifest.json': '{}', 'x.bin': 'x'.repeat(39_998)}},
  });
  t.match(await describeCache(), {
    state: 'ok',
    detail: `${process.env.EXP_CACHE_DIR}: 2.0 MB downloaded, 40.0 kB decoded; may be deleted while no run uses it`,
  });
  process.env.EXP_CACHE_DIR = t.testdir({});
  t.match(await describeCache(), {state: 'absent', detail: /empty/});
  if (before === undefined) delete process.env.EXP_CACHE_DIR;
  else process.env.EXP_CACHE_DIR = before;
});

t.test('the runs folder is tried by writing, and nothing stays behind', async (t) => {
  const folder = t.testdir({file: ''});
  t.equal(checkRunsDir(path.join(folder, 'not/yet/there')).state, 'ok');
  t.same(readdirSync(folder), ['file']);
  t.match(checkRunsDir(path.join(folder, 'file')), {state: 'problem', fix: /--runs-dir/});
});

t.test('a read-only runs folder', {skip: process.getuid?.() === 0 && 'root may write everywhere'}, async (t) => {
  const folder = t.testdir({locked: {}});
  chmodSync(path.join(folder, 'locked'), 0o500);
  t.teardown(() => chmodSync(path.join(folder, 'locked'), 0o700));
  t.match(checkRunsDir(path.join(folder, 'locked/runs')), {state: 'problem', detail: /EACCES/});
});

t.test('exp doctor on this machine', async (t) => {
  const runs = path.join(t.testdir({}), 'runs');
  const {exitCode, stdout, stderr} = await doctor(['--runs-dir', runs]);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  for (const subject of [
    'Node.js',
    'machine',
    'compiled',
    'eager',
    'tfjs-node-gpu',
    'images',
    'MNIST',
    'runs folder',
    'cache',
  ]) {
    t.match(stdout, new RegExp(`^  [✓–!] ${subject}`, 'm'));
  }
});

t.test('exp doctor --json, without MNIST', async (t) => {
  const empty = t.testdir({});
  const {exitCode, stdout} = await doctor(['--json', '--runs-dir', empty], {EXP_DATA_DIR: empty});
  t.equal(exitCode, 1);
  const {ok, findings} = JSON.parse(stdout);
  t.equal(ok, false);
  t.match(
    findings.filter(({state}: {state: string}) => state === 'problem'),
    [{subject: 'MNIST', detail: /train-(labels|images)/}],
  );
});
