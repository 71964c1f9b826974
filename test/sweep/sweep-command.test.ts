import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {readSweep, type SweepState} from '../../src/runs/sweep/read-sweep.js';
import {exp} from '../commands/cli.js';
import {start} from '../faults/victim.js';
import {mountSmallDisk} from '../runs/full-disk.js';

const network = `  model:
    layers:
      - {type: dense, units: 8, activation: relu}
      - {type: dense, units: 3}
  training:
    epochs: 4
    batchSize: 16
    loss: softmaxCrossEntropy
    optimizer: {type: adam, learningRate: 0.01}
    metrics: [accuracy]
`;

const head = `name: small
experiment:
  name: small
  seed: 5
  data:
    source: {type: synthetic, pattern: blobs, numExamples: 60, numTest: 20, numClasses: 3}
    validation: {fraction: 0.2}
${network}metric: val_loss
threads: 1
`;

const rates = `parameters:
  training.optimizer.learningRate: {min: 0.0005, max: 0.05, scale: log}
  model.layers.0.units: {min: 4, max: 16}
`;

const sweepIn = (folder: string, name = 'sweep'): SweepState => readSweep(path.join(folder, name));

function folderWith(root: string, name: string, rest: string, first = head): string {
  const folder = path.join(root, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 's.yaml'), first + rest);
  return folder;
}

const begin = (...more: readonly string[]): readonly string[] => [
  'sweep',
  's.yaml',
  '--out',
  'sweep',
  '--quiet',
  ...more,
];
const trial = (folder: string, name: string, file: string): string =>
  readFileSync(path.join(folder, 'sweep', 'trials', name, file), 'utf8');

t.test('exp sweep', async (t) => {
  const root = t.testdir();

  await t.test('the same sweep twice: the same points, and the same numbers, however many run at a time', async (t) => {
    for (const sampler of ['grid', 'random', 'sobol']) {
      const space =
        sampler === 'grid'
          ? 'parameters:\n  training.optimizer.learningRate: [0.001, 0.01]\n  model.layers.0.units: [4, 8]\n'
          : `maxTrials: 4\n${rates}`;
      const folders = ['1', '2'].map((parallel) => {
        const folder = folderWith(root, `${sampler}-${parallel}`, `sampler: ${sampler}\n${space}`);
        return {folder, parallel};
      });
      for (const {folder, parallel} of folders) {
        const {exitCode, stderr} = await exp(folder, begin('--parallel', parallel));
        t.equal(exitCode, 0, stderr);
      }
      const told = folders.map(({folder}) => {
        const {trials, state} = sweepIn(folder);
        t.equal(state, 'finished');
        return trials.map(({trial: number, values, value}) => {
          const name = String(number).padStart(4, '0');
          return {values, value, metrics: trial(folder, name, 'metrics.csv')};
        });
      });
      t.equal(told[0]!.length, 4);
      t.same(told[0], told[1], sampler);
    }
  });

  await t.test('shards make the whole between them, copied together', async (t) => {
    const folder = folderWith(root, 'shards', `sampler: random\nmaxTrials: 5\n${rates}`);
    for (const shard of ['1/2', '2/2']) {
      const {exitCode, stderr} = await exp(folder, [
        'sweep',
        's.yaml',
        '--out',
        shard[0]!,
        '--shard',
        shard,
        '--quiet',
      ]);
      t.equal(exitCode, 0, stderr);
    }
    t.same(
      [1, 2].map((part) => sweepIn(folder, String(part)).trials.map((one) => one.trial)),
      [
        [1, 3, 5],
        [2, 4],
      ],
    );
    const {cpSync} = await import('node:fs');
    for (const part of ['1', '2']) cpSync(path.join(folder, part), path.join(folder, 'sweep'), {recursive: true});
    t.same(
      sweepIn(folder).trials.map(({trial: number, state}) => [number, state]),
      [1, 2, 3, 4, 5].map((number) => [number, 'finished']),
    );
    const whole = folderWith(root, 'whole', `sampler: random\nmaxTrials: 5\n${rates}`);
    await exp(whole, begin());
    for (const name of readdirSync(path.join(whole, 'sweep', 'trials'))) {
      t.equal(trial(folder, name, 'metrics.csv'), trial(whole, name, 'metrics.csv'));
    }
    const {exitCode, stdout} = await exp(folder, ['sweep', '--resume', 'sweep', '--quiet']);
    t.equal(exitCode, 0);
    t.match(stdout, /5 of 5 trials .*5 finished/);
    t.equal(
      sweepIn(folder).trials.every(({attempts}) => attempts === 1),
      true,
      'nothing is made again',
    );
  });

  await t.test('a sampler that learns can be asked again, and a change is found', async (t) => {
    const folder = folderWith(
      root,
      'audit',
      `sampler: {type: tpe, startupTrials: 4}\nseeds: [1, 2]\nmaxTrials: 24\nparallel: 2\n${rates}`,
    );
    const {exitCode, stderr} = await exp(folder, begin());
    t.equal(exitCode, 0, stderr);
    const {trials} = sweepIn(folder);
    t.equal(trials.length, 24);
    t.same(trials.map(({point, seed}) => [point, seed]).slice(0, 4), [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
    t.same(trials[0]!.values, trials[1]!.values);
    t.equal(JSON.parse(trial(folder, '0002', 'summary.json')).seed, 2);
    t.equal((await exp(folder, ['sweep', 'audit', 'sweep'])).exitCode, 0);
    const file = path.join(folder, 'sweep', 'trials', '0023', 'trial.json');
    const known = JSON.parse(readFileSync(file, 'utf8'));
    t.ok(
      Object.values(known.seen).reduce((sum: number, count) => sum + Number(count), 0) > 20,
      'it had seen the others',
    );
    writeFileSync(file, JSON.stringify({...known, values: {...known.values, 'model.layers.0.units': 5.5}}));
    const again = await exp(folder, ['sweep', 'audit', 'sweep']);
    t.equal(again.exitCode, 3);
    t.match(again.stdout, /trial 23\n +recorded .*5\.5/);
  });

  await t.test('a target and a time end it', async (t) => {
    const target = folderWith(root, 'target', `sampler: random\ntarget: 100\nmaxTrials: 50\n${rates}`);
    t.equal((await exp(target, begin())).exitCode, 0);
    t.equal(sweepIn(target).trials.length, 1);
    t.match(sweepIn(target).status, {state: 'finished', message: /the target was reached: val_loss/});
    const again = await exp(target, ['sweep', '--resume', 'sweep', '--quiet']);
    t.equal(again.exitCode, 0);
    t.equal(sweepIn(target).trials.length, 1, 'and it stays so');
    const time = folderWith(root, 'time', `sampler: random\nmaxMinutes: 0.02\n${rates}`);
    t.equal((await exp(time, begin())).exitCode, 0);
    t.match(sweepIn(time).status, {state: 'finished', message: 'maxMinutes are over'});
  });

  await t.test('a pruned trial keeps its checkpoint, and can be trained to its end', async (t) => {
    const space = 'parameters:\n  training.optimizer.learningRate: [0.02, 0.0001]\n';
    const folder = folderWith(root, 'pruned', `sampler: grid\npruner: {type: asha, minEpochs: 1, eta: 2}\n${space}`);
    const {exitCode, stderr} = await exp(folder, begin());
    t.equal(exitCode, 0, stderr);
    t.match(sweepIn(folder).trials, [{state: 'finished'}, {state: 'pruned', epochs: 1, message: /asha/}]);
    t.match(JSON.parse(trial(folder, '0002', 'status.json')), {state: 'interrupted', pruned: /asha/});
    const resumed = await exp(folder, ['resume', 'sweep/trials/0002', '--quiet']);
    t.equal(resumed.exitCode, 0, resumed.stderr);
    t.match(sweepIn(folder).trials[1], {state: 'finished', epochs: 4, epoch: 4});
    const alone = folderWith(root, 'unpruned', `sampler: grid\n${space}`);
    await exp(alone, begin());
    t.equal(trial(folder, '0002', 'metrics.csv'), trial(alone, '0002', 'metrics.csv'));
  });

  await t.test('stopped in an orderly way it goes on as if nothing had been', async (t) => {
    const long = head.replace('epochs: 4', 'epochs: 1200');
    const rest = 'sampler: grid\nparameters:\n  model.layers.0.units: [4, 8, 12]\nparallel: 2\n';
    const folder = folderWith(root, 'stopped', rest, long);
    const first = start(folder, begin());
    for (const name of ['0001', '0002'])
      while (!existsSync(path.join(folder, 'sweep', 'trials', name, 'metrics.csv'))) await sleep(20);
    first.child.kill('SIGTERM');
    t.equal(await first.ended, 130, first.output());
    const {trials, state} = sweepIn(folder);
    t.equal(state, 'stopped');
    t.same(
      trials.map((one) => one.state),
      ['interrupted', 'interrupted'],
    );
    for (const name of ['0001', '0002'])
      t.ok(existsSync(path.join(folder, 'sweep', 'trials', name, 'checkpoints', 'last')));
    const resumed = await exp(folder, ['sweep', '--resume', 'sweep', '--quiet']);
    t.equal(resumed.exitCode, 0, resumed.stderr);
    t.same(
      sweepIn(folder).trials.map(({attempts}) => attempts),
      [2, 2, 1],
    );
    const whole = folderWith(root, 'unstopped', rest, long);
    await exp(whole, begin());
    for (const name of ['0001', '0002', '0003']) {
      t.equal(trial(folder, name, 'metrics.csv'), trial(whole, name, 'metrics.csv'));
    }
  });

  await t.test('one sweep is one process’s at a time; exp sweep stop --now ends it from elsewhere', async (t) => {
    const long = head.replace('epochs: 4', 'epochs: 100000');
    const folder = folderWith(root, 'stop', 'sampler: grid\nparameters:\n  model.layers.0.units: [4, 8]\n', long);
    const first = start(folder, begin());
    while (!existsSync(path.join(folder, 'sweep', 'trials', '0001', 'metrics.csv'))) await sleep(20);
    const second = await exp(folder, ['sweep', '--resume', 'sweep']);
    t.equal(second.exitCode, 2);
    t.match(second.stderr, /is at work: process \d+/);
    const {exitCode, stdout} = await exp(folder, ['sweep', 'stop', 'sweep', '--now']);
    t.equal(exitCode, 0, stdout);
    t.equal(await first.ended, 130, first.output());
    t.match(sweepIn(folder), {state: 'stopped', trials: [{state: 'interrupted'}]});
  });

  await t.test('trials that fail are told, tried again where it is wanted, and decide the exit code', async (t) => {
    const tables = head.replace(/ {4}source: .*/, '    source: {type: csv, path: good.csv, target: y}');
    const rest = 'sampler: grid\nparameters:\n  data.source.path: [good.csv, bad.csv]\n';
    const folder = folderWith(root, 'failing', `${rest}retries: 1\n`, tables);
    const rows = Array.from({length: 40}, (_, i) => `${i % 7},${i % 5},${'abc'[i % 3]}`).join('\n');
    for (const name of ['good', 'bad']) writeFileSync(path.join(folder, `${name}.csv`), `a,b,y\n${rows}\n`);
    const half = await exp(folder, begin('--shard', '1/2'));
    t.equal(half.exitCode, 0, half.stderr);
    rmSync(path.join(folder, 'bad.csv'));
    const {exitCode, stderr} = await exp(folder, ['sweep', '--resume', 'sweep', '--quiet']);
    t.equal(exitCode, 5);
    t.match(stderr, /1 of 2 trials failed/);
    t.match(sweepIn(folder).trials, [
      {trial: 1, state: 'finished', attempts: 1},
      {trial: 2, state: 'failed', attempts: 2, message: /bad\.csv/},
    ]);
    const again = await exp(folder, ['sweep', '--resume', 'sweep', '--quiet', '--allow-failures', '1']);
    t.equal(again.exitCode, 0, 'allowed, and not tried again by itself');
    t.equal(sweepIn(folder).trials[1]!.attempts, 2);
  });

  await t.test(
    'a trial that takes more memory than it may has failed; the others go on',
    {skip: process.platform !== 'linux' && 'needs /proc'},
    async (t) => {
      const rest = 'sampler: grid\nparameters:\n  model.layers.0.units: [4, 9000000]\nmemoryLimit: 600MB\n';
      const folder = folderWith(root, 'memory', rest, head.replace('epochs: 4', 'epochs: 40'));
      const {exitCode, stderr} = await exp(folder, begin());
      t.equal(exitCode, 5, stderr);
      t.match(sweepIn(folder).trials, [
        {state: 'finished'},
        {state: 'failed', message: /^took .* of memory; memoryLimit is 600/},
      ]);
    },
  );

  await t.test('a full disk ends it with its reason, and with space it goes on', async (t) => {
    const disk = mountSmallDisk(700 * 4096);
    if (!disk) {
      t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
      return;
    }
    t.teardown(() => disk.unmount());
    const long = head.replace('epochs: 4', 'epochs: 200');
    writeFileSync(
      path.join(disk.path, 's.yaml'),
      `${long}sampler: grid\nparameters:\n  model.layers.0.units: [4, 8, 12]\n`,
    );
    const first = start(disk.path, begin('--parallel', '2'));
    while (!existsSync(path.join(disk.path, 'sweep', 'trials', '0002', 'metrics.csv'))) await sleep(20);
    disk.fill(0);
    t.equal(await first.ended, 1);
    t.match(first.output(), /cannot write .*: the disk is full \(ENOSPC\)/);
    disk.clear();
    const {exitCode, stderr} = await exp(disk.path, ['sweep', '--resume', 'sweep', '--quiet']);
    t.equal(exitCode, 0, stderr);
    t.same(
      sweepIn(disk.path).trials.map(({state}) => state),
      ['finished', 'finished', 'finished'],
    );
  });
});
