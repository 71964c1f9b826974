import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {readCheckpoint} from '../../src/runs/checkpoint.js';
import {readRun} from '../../src/runs/run.js';
import {mountSmallDisk} from '../runs/full-disk.js';
import {exp, expPath, onlyRun, plainEnv, readJson, readText, withTinySpec} from './cli.js';

/** Enough epochs that nothing but a signal ends the run. */
const endless = ['run', 'tiny.yaml', 'training.epochs=10000000'];

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (isTrue()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not happen within a minute`);
}

const hasBegun = (cwd: string) => (): boolean => {
  if (!existsSync(path.join(cwd, 'runs')) || readdirSync(path.join(cwd, 'runs')).length === 0) return false;
  const metrics = path.join(onlyRun(cwd), 'metrics.csv');
  return existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 2;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`${signal} finishes the step, saves a checkpoint and ends with 130`, async (t) => {
    const cwd = withTinySpec(t.testdir());
    const child = exp(cwd, endless);
    await until('the first epoch', hasBegun(cwd));
    child.kill(signal);
    const {exitCode, stdout, stderr} = await child;
    t.equal(exitCode, 130);
    t.match(stderr, /^warning: stopping after this step and saving a checkpoint; Ctrl-C again stops at once$/);
    t.match(stdout, /interrupted in epoch [\d]+ after step [\d,]+; exp resume goes on from there\nruns\/tiny-.*$/);
    const run = onlyRun(cwd);
    const status = readJson(run, 'status.json');
    t.equal(status.state, 'interrupted');
    t.match(readCheckpoint(path.join(run, 'checkpoints', 'last')).state, {epoch: status.epoch, step: status.step});
    t.notOk(existsSync(path.join(run, 'summary.json')), 'a run that did not finish has no summary');
    t.equal(readRun(run).state, 'interrupted');
    t.ok(readText(run, 'metrics.csv').endsWith('\n'));
  });
}

t.test('a second signal stops at once', async (t) => {
  // One step takes seconds here: plain JavaScript, big layers.
  const cwd = withTinySpec(t.testdir(), (spec) =>
    spec.replace('units: 8,', 'units: 1500,').replace('- {type: dropout, rate: 0.1}', '- {type: dense, units: 1500}'),
  );
  const child = exp(cwd, ['run', 'tiny.yaml', 'training.epochs=1000', '--engine', 'eager', '--device', 'cpu']);
  const runsDir = path.join(cwd, 'runs');
  await until('the run folder', () => existsSync(runsDir) && readdirSync(runsDir).length === 1);
  await until('the plan', () => existsSync(path.join(onlyRun(cwd), 'output.log')));
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const {exitCode} = await child;
  t.equal(exitCode, 130);
  const status = readJson(onlyRun(cwd), 'status.json');
  t.equal(status.state, 'interrupted');
  t.equal(status.message, 'stopped at once by a second signal');
});

t.test('a killed run reads as crashed, with its whole epochs', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const child = exp(cwd, endless);
  await until('the first epoch', hasBegun(cwd));
  child.kill('SIGKILL');
  await child;
  const run = readRun(onlyRun(cwd));
  t.equal(run.state, 'crashed');
  t.ok(run.metrics().length >= 1);
});

t.test('divergence ends with 4, the step, and the last good values', async (t) => {
  const cwd = withTinySpec(t.testdir(), () =>
    [
      'name: wild',
      'data: {source: {type: synthetic, pattern: linear, numExamples: 64}}',
      'model: {layers: [{type: dense, units: 1}]}',
      'training: {epochs: 50, batchSize: 16, loss: meanSquaredError, optimizer: {type: sgd, learningRate: 1.0e9}}',
    ].join('\n'),
  );
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml']);
  t.equal(exitCode, 4);
  t.match(
    stderr,
    /^error: training diverged: the loss became (Infinity|NaN) in epoch 1 at step \d+\nhint: {2}try a smaller training\.optimizer\.learningRate than 1000000000/,
  );
  t.notMatch(stderr, /\n +at /, 'no stack');
  t.match(stdout, /last good values: loss \d/);
  const run = onlyRun(cwd);
  const {state, step, lastGood} = readJson(run, 'status.json');
  t.equal(state, 'diverged');
  t.ok(step > 1);
  t.ok(Number.isFinite(lastGood.loss));
  t.notOk(existsSync(path.join(run, 'summary.json')));
});

t.test('a reader that goes away early does not end the run', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const child = spawn(process.execPath, [expPath, 'run', 'tiny.yaml', 'training.epochs=300'], {
    cwd,
    env: plainEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('exit', resolve));
  t.equal(errors, '');
  t.equal(code, 0);
  t.equal(readRun(onlyRun(cwd)).state, 'finished');
  t.equal(readJson(onlyRun(cwd), 'summary.json').epochs, 300);
});

t.test(
  'a full disk behind stdout does not end the run',
  {skip: existsSync('/dev/full') ? false : 'no /dev/full'},
  async (t) => {
    const cwd = withTinySpec(t.testdir());
    const command = (args: string) => [`'${process.execPath}' '${expPath}' ${args} >/dev/full`];
    const run = spawnSync('sh', ['-c', ...command('run tiny.yaml')], {cwd, env: plainEnv, encoding: 'utf8'});
    t.equal(run.status, 0);
    t.match(run.stderr, /^warning: cannot write to stdout: ENOSPC[^\n]*\n$/);
    t.equal(readRun(onlyRun(cwd)).state, 'finished');
    const list = spawnSync('sh', ['-c', ...command('ls')], {cwd, env: plainEnv, encoding: 'utf8'});
    t.equal(list.status, 1, 'but a list that nobody got is a failure');
  },
);

t.test('a runs folder that cannot be written', async (t) => {
  const cwd = withTinySpec(t.testdir());
  writeFileSync(path.join(cwd, 'runs'), 'a file, not a folder');
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml']);
  t.equal(exitCode, 1);
  t.equal(stdout, '');
  t.match(
    stderr,
    /^error: cannot write runs: a file stands where a folder should be \(EEXIST\)\nhint: {2}choose another folder with --runs-dir or EXP_RUNS_DIR$/,
  );
  const asJson = await exp(cwd, ['run', 'tiny.yaml', '--json']);
  t.match(JSON.parse(asJson.stderr), {error: {code: 'RUN_UNWRITABLE', hint: /--runs-dir/}});
  t.equal(asJson.exitCode, 1);
});

t.test('a disk that fills up during the run', async (t) => {
  const disk = mountSmallDisk(256 * 4096);
  if (!disk) {
    t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
    return;
  }
  t.teardown(() => disk.unmount());
  const cwd = withTinySpec(t.testdir());
  disk.fill(40 * 4096); // room for the first files, not for thousands of epochs
  const {exitCode, stderr} = await exp(cwd, [...endless, '--runs-dir', disk.path]);
  t.equal(exitCode, 1);
  t.match(
    stderr,
    /^error: cannot write .*: the disk is full \(ENOSPC\)\nhint: {2}free some space or choose another disk with --runs-dir$/,
  );
  disk.clear();
  const run = readRun(onlyRun(disk.path, '.'));
  t.not(run.state, 'finished');
  const rows = run.metrics();
  t.ok(rows.length > 1);
  t.strictSame(run.warnings, [], 'no torn file');
  t.strictSame(
    rows.map(({epoch}) => epoch),
    rows.map((_, index) => index + 1),
  );
});

t.test('an engine or device asked for by name is that one or an error', async (t) => {
  const cwd = withTinySpec(t.testdir());
  // Whatever this machine has, it has no eighth GPU.
  for (const engine of ['auto', 'eager', 'compiled'])
    for (const device of ['webgpu:7', 'cuda:7']) {
      const {exitCode, stderr} = await exp(cwd, ['run', 'tiny.yaml', '--device', device, '--engine', engine]);
      t.equal(exitCode, 1, `${engine} on ${device}`);
      t.match(stderr, /^error: [^\n]*(webgpu|cuda|CUDA)[^\n]*\n(.|\n)*hint: {2}\S/, stderr);
    }
  t.notOk(existsSync(path.join(cwd, 'runs')), 'and no run folder');
});

t.test('bad usage ends with 2 and says what was meant', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['run', 'tiny.yaml', '--dryrun'], /^error: Nonexistent flag: --dryrun\nhint: {2}did you mean --dry-run\?$/],
    [['run'], /^error: Missing 1 required arg:\nspec .*\nhint: {2}see exp run --help$/],
    [
      ['run', 'tiny.yaml', '--seed', 'x'],
      /^error: Parsing --seed: Expected an integer but received: x\nhint: {2}see exp run --help$/,
    ],
    [
      ['run', 'tiny.yaml', '--device', 'tpu'],
      /device must be one of auto, cpu, cuda, webgpu, or one of several by its number: cuda:1, webgpu:1; got "tpu"/,
    ],
    [['run', 'nowhere.yaml'], /^error: nowhere\.yaml/],
    [['run', 'tiny.yaml', 'training.epoch=1'], /did you mean|epochs/],
    [['run', 'tiny.yaml', 'epochs'], /`epochs` is no override/],
  ];
  for (const [args, message] of cases) {
    const {exitCode, stdout, stderr} = await exp(cwd, args);
    t.equal(exitCode, 2, args.join(' '));
    t.equal(stdout, '');
    t.match(stderr, message);
    t.notMatch(stderr, /\n +at /, 'no stack');
  }
});
