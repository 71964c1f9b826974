import {chmodSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {
  automaticChoice,
  describeCompiled,
  describeCuda,
  describeEager,
  describePackage,
  describeTrial,
  type EngineFinding,
} from '../../src/experiment/doctor/engines.js';
import {checkNode, checkRunsDir, describeCache, describeImages} from '../../src/experiment/doctor/machine.js';

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
  t.match(describeCompiled(missing), {fix: /npm install onnxruntime-node/});
  t.match(describeCompiled(failing), {detail: /1\.2\.3.*GLIBC_2\.28 not found/});
  t.match(describeEager(missing), {fix: /npm/});
  t.match(describeEager(failing), {detail: /GLIBC_2\.28 not found/});
  const works = {name: 'x', status: 'loads', version: '1.2.3', facts: []} as const;
  t.equal(describeCompiled(works), undefined);
  t.equal(describeEager(works), undefined);
});

t.test('what CUDA lacks, step by step', async (t) => {
  const cards = [{index: 0, name: 'NVIDIA H200', memoryBytes: 151e9, driver: '550.90.07'}];
  t.match(describeCuda(false, [], false), {
    detail: /driver is not loaded/,
    fix: /exp engines install tensorflow --cuda$/,
  });
  t.match(describeCuda(true, [], true), {detail: /nvidia-smi lists no card/});
  t.match(describeCuda(true, cards, false), {
    detail: /^cuda:0 NVIDIA H200, 151 GB \(driver 550\.90\.07\)/,
    fix: 'exp engines install tensorflow --cuda',
  });
  t.equal(describeCuda(true, cards, true), undefined, 'then it is tried');
});

t.test('an optional package that does not load is explained, one that is not there is not mentioned', async (t) => {
  t.strictSame(describePackage({name: 'x', status: 'missing'}), []);
  const fails = {
    name: '@tensorflow/tfjs-node-gpu',
    status: 'fails',
    version: '4.22.0',
    reason: 'cuDNN is missing',
  } as const;
  t.match(describePackage({...fails, fix: 'do this'}), [
    {subject: 'tfjs-node-gpu', state: 'absent', detail: /^4\.22\.0 .*cuDNN is missing/, fix: 'do this'},
  ]);
  t.match(describePackage(fails), [{fix: /^exp engines install tensorflow/}]);
});

t.test('a trial in words', async (t) => {
  const works = {works: true, engine: 'eager', device: 'cpu (TensorFlow 2.21.0)', losses: [2]} as const;
  t.match(describeTrial({...works, stepMillis: 1.234}, 'warning', 'note'), {
    usable: true,
    state: 'ok',
    detail: '1.2 ms a step, cpu (TensorFlow 2.21.0), note',
    stepMillis: 1.234,
  });
  t.match(describeTrial({...works, stepMillis: 1834.1}, 'warning'), {detail: /^1834 ms a step/});
  t.match(describeTrial({works: false, reason: 'no native TensorFlow loads\n  a: b', fix: 'c'}, 'problem'), {
    usable: false,
    state: 'problem',
    detail: 'no native TensorFlow loads; a: b',
    fix: 'c',
  });
});

t.test('auto takes compiled, or eager where that does not work', async (t) => {
  const finding = (engine: 'compiled' | 'eager', usable: boolean): EngineFinding => ({
    ...{engine, usable, device: 'cpu', subject: engine, detail: ''},
    state: usable ? 'ok' : 'warning',
  });
  t.equal(automaticChoice([finding('compiled', true), finding('eager', true)])?.engine, 'compiled');
  t.equal(automaticChoice([finding('compiled', false), finding('eager', true)])?.engine, 'eager');
  t.equal(automaticChoice([finding('compiled', false), finding('eager', false)]), undefined);
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
  process.env.EXP_CACHE_DIR = t.testdir({engines: {one: {library: 'x'.repeat(3000)}}});
  t.match(await describeCache(), {state: 'ok', detail: /0 B downloaded, 0 B decoded, 3\.0 kB of engines; may be/});
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
  for (const subject of ['Node.js', 'machine', 'images', 'MNIST', 'runs folder', 'cache', 'eager · cuda']) {
    t.match(stdout, new RegExp(`^  [✓–!] ${subject}`, 'm'));
  }
  t.match(stdout, /^ {2}✓ compiled · cpu {2}[\d.]+ ms a step, cpu \(\d+ threads?\), onnxruntime-node 1\.30\.0$/m);
  t.match(stdout, /^ {2}✓ eager · cpu +[\d.]+ ms a step, cpu \(JavaScript\), TensorFlow\.js 4\.22\.0/m);
  t.match(stdout, /^engine: auto, device: auto trains (compiled on cpu|eager on cuda)/m);
});

t.test('exp doctor --json, without MNIST', async (t) => {
  const empty = t.testdir({});
  const {exitCode, stdout} = await doctor(['--json', '--runs-dir', empty], {EXP_DATA_DIR: empty});
  t.equal(exitCode, 1);
  const {ok, findings, engines, automatic} = JSON.parse(stdout);
  t.equal(ok, false);
  t.match(engines[0], {engine: 'compiled', device: 'cpu', usable: true, name: /^cpu/, stepMillis: Number});
  t.match(automatic, /^(compiled|eager) on /);
  t.match(
    findings.filter(({state}: {state: string}) => state === 'problem'),
    [{subject: 'MNIST', detail: /train-(labels|images)/}],
  );
});
