import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {parse as parseYaml} from 'yaml';
import {readCheckpoint} from '../../src/runs/checkpoint.js';
import {exp, onlyRun, plainEnv, readJson, readText, tinySpec, withTinySpec} from './cli.js';

t.test('a run leaves a folder that explains it', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml']);
  t.equal(stderr, '');
  t.equal(exitCode, 0);
  const run = onlyRun(cwd);
  t.match(path.basename(run), /^tiny-\d{8}-\d{6}-[a-z]{4}$/);
  const inGit = existsSync(path.join(run, 'git.diff')) ? ['git.diff'] : [];
  t.strictSame(
    readdirSync(run).sort(),
    [
      ...inGit,
      'checkpoints',
      'environment.json',
      'metrics.csv',
      'model',
      'origins.json',
      'output.log',
      'plan.json',
      'resolved.yaml',
      'spec.yaml',
      'status.json',
      'steps.csv',
      'summary.json',
      'timing.csv',
    ].sort(),
  );
  t.equal(readText(run, 'spec.yaml'), tinySpec);
  t.match(parseYaml(readText(run, 'resolved.yaml')), {
    training: {shuffle: true, optimizer: {type: 'adam', beta1: 0.9}},
  });
  t.match(readJson(run, 'origins.json'), {
    'training.epochs': {kind: 'file', line: 12},
    'training.optimizer.beta1': {kind: 'default'},
  });

  const [header, ...rows] = readText(run, 'metrics.csv').trimEnd().split('\n');
  t.equal(header, 'epoch,step,learningRate,loss,accuracy,val_loss,val_accuracy');
  t.strictSame(
    rows.map((row) => row.split(',').slice(0, 3)),
    [
      ['1', '3', '0.01'],
      ['2', '6', '0.01'],
      ['3', '9', '0.01'],
    ],
  );
  t.strictSame(
    readText(run, 'steps.csv')
      .trimEnd()
      .split('\n')
      .map((row) => row.split(',')[0]),
    ['step', '4', '8'],
  );
  t.equal(readText(run, 'timing.csv').trimEnd().split('\n').length, 4);

  const summary = readJson(run, 'summary.json');
  t.match(summary, {
    run: path.basename(run),
    name: 'tiny',
    seed: 1,
    epochs: 3,
    steps: 9,
    stoppedEarly: false,
    numParameters: 2 * 8 + 8 + 8 * 3 + 3,
    engine: 'compiled',
    dataFingerprint: /^[0-9a-f]{64}$/,
  });
  t.equal(String(summary.metrics.final.loss), rows[2]!.split(',')[3], 'the same number in both files');
  t.strictSame(Object.keys(summary.metrics.test), ['test_loss', 'test_accuracy']);
  t.ok(summary.metrics.best.epoch >= 1 && summary.metrics.best.epoch <= 3);
  t.ok(summary.peakMemoryBytes > 30e6 && summary.peakMemoryBytes < 2e9);
  t.match(readJson(run, 'status.json'), {state: 'finished', epoch: 3, step: 9, numEpochs: 3});
  t.match(readJson(run, 'plan.json'), {data: {numTrain: 48, numValidation: 12, numTest: 20}, fitted: {}});
  t.match(readJson(run, 'environment.json'), {
    command: ['run', 'tiny.yaml'],
    workingDirectory: cwd,
    engine: 'compiled',
  });

  t.equal(readText(run, 'output.log'), `${stdout}\n`, 'what was printed');
  t.ok(stdout.includes(`runs/${path.basename(run)}`));
  t.match(stdout, /^epoch 3\/3 {2}loss /m);
});

t.test('checkpoint and model hold the same trained weights', async (t) => {
  const cwd = withTinySpec(t.testdir());
  await exp(cwd, ['run', 'tiny.yaml']);
  const run = onlyRun(cwd);
  const {training, state} = readCheckpoint(path.join(run, 'checkpoints', 'last'));
  t.match(state, {epoch: 3, step: 9});
  t.strictSame([...training.weights.keys()], ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias']);
  t.equal(training.slots.size, 8, 'two moments of Adam for each weight');
  const modelJson = readJson(path.join(run, 'model'), 'model.json');
  const bytes = readFileSync(path.join(run, 'model', modelJson.weightsManifest[0].paths[0]));
  const saved = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const trained = Float32Array.from([...training.weights.values()].flatMap(({values}) => [...values]));
  t.strictSame(saved, trained);
  t.ok(readCheckpoint(path.join(run, 'checkpoints', 'best')).state.epoch >= 1);
});

t.test('equal seeds give equal bytes, another seed gives others', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const metricsOf = async (...args: readonly string[]): Promise<string> => {
    const runsDir = `runs${args.join('')}`;
    await exp(cwd, ['run', 'tiny.yaml', '--quiet', '--runs-dir', runsDir, ...args]);
    return readText(onlyRun(cwd, runsDir), 'metrics.csv');
  };
  const first = await metricsOf('--seed=5');
  t.equal(await metricsOf('--seed=5', '--name=again'), first);
  t.not(await metricsOf('--seed=6'), first);
  const eager = await metricsOf('--engine=eager');
  t.equal(await metricsOf('--engine=eager', '--name=again'), eager);
});

t.test('flags that stand for keys of the spec are overrides', async (t) => {
  const cwd = withTinySpec(t.testdir(), (spec) => `${spec}tags: [own]\n`);
  const args = [
    'run',
    'tiny.yaml',
    'training.epochs=1',
    '--name',
    'other',
    '--seed',
    '9',
    '--engine',
    'eager',
    '--device',
    'cpu',
  ];
  await exp(cwd, [...args, '--tag', 'a', '--tag', 'own', '--tag', 'b']);
  const run = onlyRun(cwd);
  t.match(path.basename(run), /^other-/);
  t.match(readJson(run, 'summary.json'), {name: 'other', seed: 9, tags: ['own', 'a', 'b'], epochs: 1, engine: 'eager'});
  const origins = readJson(run, 'origins.json');
  for (const key of ['name', 'seed', 'engine', 'device', 'training.epochs', 'tags.0']) {
    t.equal(origins[key].kind, 'override', key);
  }
});

t.test('--dry-run prints the plan and writes nothing', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const {exitCode, stdout} = await exp(cwd, ['run', 'tiny.yaml', '--dry-run']);
  t.equal(exitCode, 0);
  t.match(stdout, /^dense_1 +dense +\[3\] +27$/m);
  t.match(stdout, /^51 parameters$/m);
  t.match(stdout, /^engine +compiled on cpu/m);
  t.match(stdout, /^compiled +in \d+ ms: \d+ recording, \d+ passes, \d+ lowering, \d+ loading$/m);
  t.match(stdout, /^memory +about /m);
  t.strictSame(readdirSync(cwd), ['tiny.yaml']);
  const {stdout: json} = await exp(cwd, ['run', 'tiny.yaml', '--dry-run', '--json']);
  t.match(JSON.parse(json), {type: 'planned', numParameters: 51, engine: 'compiled', data: {numTrain: 48}});
  t.match(JSON.parse(json).compileMillis, {recording: Number, passes: Number, lowering: Number, loading: Number});
});

t.test('--smoke trains two batches and leaves nothing', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const temporary = path.join(cwd, 'temporary');
  mkdirSync(temporary);
  const {exitCode, stdout} = await exp(cwd, ['run', 'tiny.yaml', '--smoke'], {
    ...plainEnv,
    TMPDIR: temporary,
    NODE_DISABLE_COMPILE_CACHE: '1',
  });
  t.equal(exitCode, 0);
  t.match(stdout, /1 epoch {2}2 steps/);
  t.match(stdout, /a smoke run: nothing is kept$/);
  t.strictSame(readdirSync(temporary), [], 'no temporary file of ours or of a native library');
  t.notOk(existsSync(path.join(cwd, 'runs')));
});

t.test('--json prints one object a line and nothing else', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const {exitCode, stdout, stderr} = await exp(cwd, ['run', 'tiny.yaml', '--json']);
  t.equal(exitCode, 0);
  t.equal(stderr, '');
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  t.strictSame(
    lines.map(({type, kind}) => (kind ? `${type} ${kind}` : type)).filter((type) => type !== 'checkpoint best'),
    [
      'planned',
      'trainingStarted',
      'epochStarted',
      'epochEnded',
      'checkpoint last',
      'epochStarted',
      'step',
      'epochEnded',
      'checkpoint last',
      'epochStarted',
      'step',
      'epochEnded',
      'checkpoint last',
      'tested',
      'trainingEnded',
      'ended',
    ],
  );
  for (const line of lines) t.match(line.time, /^\d{4}-\d\d-\d\dT.*Z$/);
  t.notOk(
    lines.some((line) => 'state' in line && typeof line.state === 'object'),
    'no tensors',
  );
  t.match(lines.at(-1), {state: 'finished', summary: {epochs: 3}, path: /^runs\/tiny-/});
});

t.test('--quiet prints only how it ended', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const {stdout} = await exp(cwd, ['run', 'tiny.yaml', '--quiet']);
  t.notMatch(stdout, /epoch 1\/3/);
  t.match(stdout, /^ +training +validation +test\nloss .*\naccuracy .*\nbest epoch .*\nfinished in .*\nruns\/tiny-.*$/);
  t.match(readText(onlyRun(cwd), 'output.log'), /epoch 1\/3/, 'the log has it all the same');
});

t.test('EXP_RUNS_DIR says where runs go, --runs-dir says it louder', async (t) => {
  const cwd = withTinySpec(t.testdir());
  const env = {...plainEnv, EXP_RUNS_DIR: 'from/environment'};
  await exp(cwd, ['run', 'tiny.yaml', '-q'], env);
  t.ok(onlyRun(cwd, 'from/environment'));
  await exp(cwd, ['run', 'tiny.yaml', '-q', '--runs-dir', 'from/flag'], env);
  t.ok(onlyRun(cwd, 'from/flag'));
});
