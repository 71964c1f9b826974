import {chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';
import {hasNvidiaDriver} from '../../../src/engine/nvidia.js';
import {findCompiler} from '../../../src/engine/tensorflow/compile.js';
import {installTensorflow, removeEngine} from '../../../src/engine/tensorflow/install.js';
import {installedEngines, readEngine} from '../../../src/engine/tensorflow/installed.js';
import {
  bindingVersion,
  type EngineRecord,
  engineFiles,
  engineFormat,
  enginesFolder,
  partialOwner,
} from '../../../src/engine/tensorflow/layout.js';
import {
  checkMachine,
  checkSpace,
  hasAvx,
  type MachineFacts,
  machineFacts,
} from '../../../src/engine/tensorflow/requirements.js';
import {runTool, ToolFailure} from '../../../src/engine/tensorflow/run-tool.js';
import {checkIntegrity, fetchSources, sourcePackages} from '../../../src/engine/tensorflow/sources.js';
import {unpack} from '../../../src/engine/tensorflow/unpack.js';
import {cudaRequirements, downloadWheels, explainPip, findPip} from '../../../src/engine/tensorflow/wheel.js';

const facts: MachineFacts = {platform: 'linux', arch: 'x64', glibc: '2.36', cpuFlags: new Set(['fpu', 'avx', 'avx2'])};

/** An address on which nothing listens: the discard port. */
const nowhere = 'http://127.0.0.1:9/';

const python = await execa('python3', ['-m', 'pip', '--version'], {reject: false}).then(({exitCode}) => exitCode === 0);
const skipPython = !python && 'python3 with pip is not installed here';

t.test('machines that TensorFlow’s libraries do not run on', async (t) => {
  checkMachine(facts, 'cuda');
  for (const [change, variant, message] of [
    [{platform: 'win32'}, 'cpu', /Linux x64 and arm64; this is win32 x64/],
    [{arch: 'arm64'}, 'cuda', /for Linux x64; this is arm64/],
    [{glibc: undefined}, 'cpu', /not glibc \(Alpine has musl\)/],
    [{glibc: '2.26'}, 'cpu', /glibc 2\.26; .* 2\.27 or newer/],
    [{cpuFlags: new Set(['fpu', 'sse4_2'])}, 'cpu', /has no AVX/],
  ] as const) {
    t.throws(() => checkMachine({...facts, ...change}, variant), {code: 'INSTALL_FAILED', message, hint: /\S/});
  }
  t.equal(hasAvx({...facts, cpuFlags: undefined}), undefined, 'flags that cannot be read are no reason');
  t.equal(hasAvx({...facts, arch: 'arm64', cpuFlags: new Set()}), true);
});

t.test('what this machine says of itself', {skip: process.platform !== 'linux' && 'not Linux'}, async (t) => {
  const own = machineFacts();
  t.equal(own.platform, 'linux');
  const ldd = await execa('ldd', ['--version'], {reject: false});
  const said = /(\d+\.\d+)$/m.exec(ldd.stdout)?.[1];
  if (said) t.equal(own.glibc, said, 'the version that ldd prints');
});

t.test(
  'CUDA without a driver is refused before 3 GB are downloaded',
  {skip: hasNvidiaDriver() && 'a driver is here'},
  async (t) => {
    await t.rejects(installTensorflow({variant: 'cuda'}), {
      code: 'INSTALL_FAILED',
      message: /no NVIDIA driver is loaded|Linux/,
    });
  },
);

t.test('a disk that is too small', async (t) => {
  const folder = t.testdir({});
  checkSpace(path.join(folder, 'not/there'), 'cpu', 1);
  t.throws(() => checkSpace(path.join(folder, 'not/there'), 'cpu', 1e18), {
    code: 'INSTALL_FAILED',
    message: /has \d+\.\d GB free; installing takes 1000000000\.0 GB/,
    hint: /EXP_CACHE_DIR/,
  });
});

t.test('no Python, or one without pip', async (t) => {
  await t.rejects(findPip({}, ['/nowhere/python3', '/nowhere/python']), {
    code: 'INSTALL_FAILED',
    message: /no Python was found/,
  });
  const folder = t.testdir({});
  if (!python) return;
  await execa('python3', ['-m', 'venv', '--without-pip', folder]);
  await t.rejects(findPip({}, [path.join(folder, 'bin/python')]), {
    code: 'INSTALL_FAILED',
    message: /Python is there, but without pip/,
  });
});

t.test('no compiler', async (t) => {
  await t.rejects(findCompiler({}, ['/nowhere/g++']), {
    code: 'INSTALL_FAILED',
    message: /no C\+\+ compiler was found \(tried \/nowhere\/g\+\+\)/,
    hint: /apt install g\+\+/,
  });
});

t.test('a npm registry that does not answer, and no npm', async (t) => {
  const folder = t.testdir({});
  const env = {
    npm_config_registry: nowhere,
    npm_config_fetch_retries: '0',
    npm_config_cache: path.join(folder, 'cache'),
  };
  await t.rejects(fetchSources(folder, {env}), {
    code: 'INSTALL_FAILED',
    message: /npm could not fetch @tensorflow\/tfjs-node@4\.22\.0/,
    hint: /npm config set registry/,
  });
  await t.rejects(fetchSources(folder, {env: {PATH: folder}}), {code: 'INSTALL_FAILED', message: /not on the PATH/});
});

t.test('an archive with other bytes than were published', async (t) => {
  const {file} = sourcePackages.headers;
  const folder = t.testdir({[file]: 'something else'});
  await t.rejects(checkIntegrity(folder, sourcePackages.headers), {
    code: 'INSTALL_FAILED',
    message: /other bytes than were published: sha512-/,
  });
});

t.test('pip without an index, with one that lacks the wheel', {skip: skipPython}, async (t) => {
  const pip = await findPip({});
  const closed = {PIP_CONFIG_FILE: '/dev/null', PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '', PIP_RETRIES: '1'};
  const offline = {...closed, PIP_INDEX_URL: nowhere};
  const download = (env: Record<string, string>) =>
    downloadWheels(pip, ['tensorflow-cpu==2.21.0'], path.join(t.testdir({}), 'wheels'), {env});
  await t.rejects(download(offline), {
    code: 'INSTALL_FAILED',
    message: /^pip could not download tensorflow-cpu==2\.21\.0:\n {2}ERROR: /,
    hint: /reaches no package index/,
  });
  await t.rejects(download({...closed, PIP_NO_INDEX: '1'}), {
    code: 'INSTALL_FAILED',
    hint: /does not have it for \w+ Linux/,
  });
});

t.test('a disk that fills up while pip downloads', async (t) => {
  const failure = new ToolFailure(
    'python3',
    'failed',
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
  );
  t.match(explainPip(failure, ['a==1', 'b==2']), {
    message: /could not download a==1 and 1 more/,
    hint: /free some space/,
  });
});

t.test('the packages of CUDA that TensorFlow names', async (t) => {
  // From the METADATA of tensorflow 2.21.0.
  const metadata = `Requires-Dist: numpy>=1.26.0
Provides-Extra: and-cuda
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
Provides-Extra: gcs-filesystem
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs-filesystem"
`;
  t.strictSame(cudaRequirements(metadata), ['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'nvidia-cudnn-cu12<10.0,>=9.3.0.75']);
});

t.test('archives that are damaged, lack something, or reach out of their folder', {skip: skipPython}, async (t) => {
  const folder = t.testdir({'damaged.whl': 'no zip at all'});
  const pip = await findPip({});
  const to = path.join(folder, 'out');
  const make = (file: string, member: string) =>
    execa('python3', [
      '-c',
      `import zipfile; zipfile.ZipFile(${JSON.stringify(path.join(folder, file))}, 'w').writestr(${JSON.stringify(member)}, 'x')`,
    ]);
  await make('evil.whl', 'tensorflow/../../evil.h');
  await make('good.whl', 'tensorflow/a.h');
  const take = (file: string, ...prefixes: string[]) =>
    unpack(pip, [{archive: path.join(folder, file), to, prefixes}], {});
  await t.rejects(take('damaged.whl', 'tensorflow/'), {
    code: 'INSTALL_FAILED',
    message: /not a zip file/,
    hint: /cache purge/,
  });
  await t.rejects(take('evil.whl', 'tensorflow/'), {message: /outside of the folder/});
  t.notOk(existsSync(path.join(folder, 'evil.h')));
  await t.rejects(take('good.whl', 'tensorflow/', 'xla/'), {message: /there is no xla\/ in good\.whl/});
  t.strictSame(readdirSync(path.join(to, 'tensorflow')), ['a.h']);
});

t.test('a tool that is stopped', async (t) => {
  const signal = AbortSignal.timeout(200);
  await t.rejects(runTool('sleep', ['20'], {signal}), {name: 'TimeoutError'});
});

const record: EngineRecord = {
  ...{format: engineFormat, engine: 'tensorflow', variant: 'cpu', version: '2.21.0', binding: bindingVersion},
  ...{platform: process.platform, arch: process.arch, nodeApi: 8, compiler: 'g++', packages: []},
  installedAt: '2026-01-01T00:00:00.000Z',
  selfTest: {device: 'cpu', steps: 3, largestDifference: 0},
};

t.test('only whole engines that this process can load are taken', async (t) => {
  const folder = t.testdir({});
  const engine = (name: string, changed: Partial<EngineRecord>) => {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, engineFiles.record), JSON.stringify({...record, ...changed}));
    return readEngine(path.join(folder, name))?.unusable;
  };
  t.match(engine('format', {format: 99}), /has format 99; this exp reads 1/);
  t.match(engine('arch', {arch: 'riscv64'}), /it is for \w+ riscv64/);
  t.match(engine('api', {nodeApi: 99}), /needs Node-API 99/);
  t.match(engine('binding', {binding: '3.0.0'}), /TensorFlow\.js 3\.0\.0/);
  t.match(engine('torn', {}), /tfjs_binding\.node is gone/);
  t.equal(readEngine(path.join(folder, 'nothing')), undefined);
});

t.test(
  'an installation that was killed leaves nothing that looks whole, and the next one clears it away',
  async (t) => {
    const before = process.env.EXP_CACHE_DIR;
    process.env.EXP_CACHE_DIR = t.testdir({});
    t.teardown(() => {
      if (before === undefined) delete process.env.EXP_CACHE_DIR;
      else process.env.EXP_CACHE_DIR = before;
    });
    const dead = await execa(process.execPath, ['-p', 'process.pid']).then(({stdout}) => Number(stdout));
    const {hostname} = await import('node:os');
    const name = `.partial-${dead}-${hostname()}-tensorflow-2.21.0-cpu-linux-x64`;
    t.strictSame(partialOwner(name), {pid: dead, host: hostname()});
    mkdirSync(path.join(enginesFolder(), name), {recursive: true});
    writeFileSync(path.join(enginesFolder(), name, engineFiles.record), JSON.stringify(record));
    mkdirSync(path.join(enginesFolder(), '.partial-1-elsewhere-tensorflow-2.21.0-cpu-linux-x64'));
    t.strictSame(installedEngines(), []);
    // Without Python on its way, the installation ends soon after it began.
    const python = process.env.EXP_PYTHON;
    process.env.EXP_PYTHON = '/nowhere/python';
    await t.rejects(installTensorflow({variant: 'cpu'}), {code: 'INSTALL_FAILED'});
    if (python === undefined) delete process.env.EXP_PYTHON;
    else process.env.EXP_PYTHON = python;
    t.strictSame(
      readdirSync(enginesFolder()),
      ['.partial-1-elsewhere-tensorflow-2.21.0-cpu-linux-x64'],
      'another machine’s stays',
    );
    await removeEngine(path.join(enginesFolder(), 'not-there'));
  },
);

t.test('a cache that cannot be written', {skip: process.getuid?.() === 0 && 'root may write everywhere'}, async (t) => {
  const folder = t.testdir({locked: {}});
  chmodSync(path.join(folder, 'locked'), 0o500);
  t.teardown(() => chmodSync(path.join(folder, 'locked'), 0o700));
  process.env.EXP_CACHE_DIR = path.join(folder, 'locked');
  await t.rejects(installTensorflow({variant: 'cpu'}), {
    code: 'INSTALL_FAILED',
    message: /cannot be written \(EACCES\)/,
  });
  delete process.env.EXP_CACHE_DIR;
});

t.test('a cache under a file', async (t) => {
  const before = process.env.EXP_CACHE_DIR;
  process.env.EXP_CACHE_DIR = path.join(t.testdir({file: ''}), 'file');
  await t.rejects(installTensorflow({variant: 'cpu'}), {
    code: 'INSTALL_FAILED',
    message: /cannot be written \(ENOTDIR\)/,
  });
  if (before === undefined) delete process.env.EXP_CACHE_DIR;
  else process.env.EXP_CACHE_DIR = before;
});
