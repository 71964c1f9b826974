import {chmodSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import type {EngineFinding} from '../../src/experiment/doctor/engine-finding.js';
import {
  automaticChoice,
  describeCompiled,
  describeEager,
  describePackage,
  describeTrial,
} from '../../src/experiment/doctor/engines.js';
import {cudaRows, webgpuRows} from '../../src/experiment/doctor/gpus.js';
import {checkNode, checkRunsDir, describeCache, describeImages} from '../../src/experiment/doctor/machine.js';
import {softwareGpuEnv, useSoftwareGpu} from '../engine/software-gpu.js';

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
  const none = {hasDriver: false, cards: [], hasTensorflow: false, hasProvider: false};
  t.match(cudaRows(none), [
    {subject: 'any · cuda', missing: {detail: /driver is not loaded/, fix: /exp engines install tensorflow --cuda$/}},
  ]);
  t.match(cudaRows({...none, hasDriver: true, hasTensorflow: true}), [{missing: {detail: /nvidia-smi lists no card/}}]);
  t.match(cudaRows({...none, hasDriver: true, cards}), [
    {
      subject: 'compiled · cuda',
      missing: {detail: /^cuda:0 NVIDIA H200, 151 GB \(driver 550\.90\.07\)/, fix: /cuda12 npm rebuild/},
    },
    {
      subject: 'eager · cuda',
      missing: {detail: /^cuda:0 NVIDIA H200, 151 GB/, fix: 'exp engines install tensorflow --cuda'},
    },
  ]);
  const rows = cudaRows({hasDriver: true, cards, hasTensorflow: true, hasProvider: true});
  t.same(
    rows.map(({request, missing}) => [request?.device, missing]),
    [
      ['cuda', undefined],
      ['cuda', undefined],
    ],
    'then they are tried',
  );
});

t.test('what WebGPU lacks, and which adapters are tried', async (t) => {
  const adapter = {vendor: '', isSoftware: false, isHidden: false, maxBufferBytes: 4e9};
  const software = {...adapter, index: 2, name: 'SwiftShader', isSoftware: true};
  const cards = [
    {...adapter, index: 0, name: 'AMD Radeon RX 7900'},
    {...adapter, index: 1, name: 'Intel Arc A770'},
    software,
    {...adapter, index: 3, name: 'Intel Arc A770', isHidden: true},
  ];
  const fails = {works: false, reason: 'the Vulkan loader is missing', fix: 'apt install libvulkan1'} as const;
  t.match(webgpuRows(fails, false), [
    {
      subject: 'any · webgpu',
      missing: {detail: /^no GPU: .*; the Vulkan loader is missing$/, fix: /^with a card of any maker: apt install/},
    },
  ]);
  t.match(webgpuRows(fails, true), [
    {missing: {detail: 'the Vulkan loader is missing', fix: 'apt install libvulkan1'}},
  ]);
  t.match(webgpuRows({works: true, version: '0.6.2', adapters: cards}, true), [
    {subject: 'compiled · webgpu', isSoftware: undefined, request: {device: 'webgpu'}},
    {
      subject: 'eager · webgpu:0',
      request: {device: 'webgpu:0'},
      note: /^of webgpu:0 AMD .*; webgpu:2 SwiftShader \(software\)/,
    },
    {subject: 'eager · webgpu:1', request: {device: 'webgpu:1'}, note: undefined},
  ]);
  t.match(webgpuRows({works: true, version: '0.6.2', adapters: [software]}, false), [
    {subject: 'compiled · webgpu', isSoftware: true, note: /auto does not take it/},
    {subject: 'eager · webgpu', isSoftware: true, request: {device: 'webgpu:2'}},
  ]);
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

t.test(
  'auto takes a card, then a GPU through WebGPU, then the CPU; compiled before eager; never software',
  async (t) => {
    const finding = (
      engine: 'compiled' | 'eager',
      device: EngineFinding['device'],
      facts: Partial<EngineFinding> = {},
    ): EngineFinding => ({
      engine,
      device,
      usable: true,
      subject: `${engine} · ${device}`,
      detail: '',
      state: 'ok',
      ...facts,
    });
    const choose = (findings: readonly EngineFinding[], hasTensorflow = false): string | undefined =>
      automaticChoice(findings, hasTensorflow)?.subject;
    const onCpu = [finding('compiled', 'cpu'), finding('eager', 'cpu')];
    const onGpu = [finding('compiled', 'webgpu'), finding('eager', 'webgpu')];
    const onCard = [finding('compiled', 'cuda'), finding('eager', 'cuda')];
    const broken = {usable: false, state: 'warning'} as const;
    t.equal(choose(onCpu), 'compiled · cpu');
    t.equal(choose([finding('compiled', 'cpu', broken), finding('eager', 'cpu')]), 'eager · cpu');
    t.equal(choose([finding('compiled', 'cpu', broken)]), undefined);
    t.equal(choose([...onCpu, ...onGpu]), 'compiled · webgpu');
    t.equal(choose([...onCpu, finding('compiled', 'webgpu', broken), finding('eager', 'webgpu')]), 'eager · webgpu');
    t.equal(choose([...onCpu, finding('compiled', 'webgpu', {isSoftware: true})]), 'compiled · cpu');
    t.equal(choose([...onCpu, ...onGpu, ...onCard]), 'compiled · cuda');
    t.equal(
      choose([...onCpu, ...onGpu, ...onCard], true),
      'eager · cuda',
      'whoever installed TensorFlow for it wants it',
    );
  },
);

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
  for (const subject of [
    'Node.js',
    'machine',
    'images',
    'MNIST',
    'runs folder',
    'cache',
    '(any|eager) · cuda',
    '(any|eager) · webgpu',
  ]) {
    t.match(stdout, new RegExp(`^  [✓–!] ${subject}`, 'm'));
  }
  t.match(stdout, /^ {2}✓ compiled · cpu {2}[\d.]+ ms a step, cpu \(\d+ threads?\), onnxruntime-node 1\.30\.0$/m);
  t.match(stdout, /^ {2}✓ eager · cpu +[\d.]+ ms a step, cpu \(JavaScript\), TensorFlow\.js 4\.22\.0/m);
  t.match(stdout, /^engine: auto, device: auto trains (compiled|eager) on (cpu|cuda|webgpu)/m);
});

t.test('exp doctor --json, without MNIST, with software that acts as a GPU', async (t) => {
  const empty = t.testdir({});
  const env = {EXP_DATA_DIR: empty, ...softwareGpuEnv};
  const {exitCode, stdout} = await doctor(['--json', '--runs-dir', empty], env);
  t.equal(exitCode, 1);
  const {ok, findings, engines, automatic} = JSON.parse(stdout);
  t.equal(ok, false);
  t.match(engines[0], {engine: 'compiled', device: 'cpu', usable: true, name: /^cpu/, stepMillis: Number});
  t.match(automatic, /^(compiled|eager) on /);
  t.notMatch(automatic, /software/);
  if ((await useSoftwareGpu()) === false) {
    const facts = {
      device: 'webgpu',
      usable: true,
      isSoftware: true,
      name: /^webgpu:0 .*SwiftShader.*software\)$/,
      stepMillis: Number,
    };
    const found = engines.filter(({device}: {device: string}) => device === 'webgpu');
    t.match(found, [
      {engine: 'compiled', ...facts},
      {engine: 'eager', ...facts},
    ]);
  }
  t.match(
    findings.filter(({state}: {state: string}) => state === 'problem'),
    [{subject: 'MNIST', detail: /train-(labels|images)/}],
  );
});
