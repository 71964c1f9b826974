/**
 * Seconds and memory of `exp ls` and `exp compare` over generated run folders of 100 epochs each: the first time, when there is no index
 * of the folder, and then. Needs `npm run build`.
 *
 *   node --import tsx bench/compare-runs.ts 1000 10000
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Rng} from '../src/support/random.js';
import {describeMachine} from './machine.js';

const root = path.dirname(import.meta.dirname);
const numEpochs = 100;
const rounds = 3;
/** Files that have just changed are not indexed. */
const settledMillis = 3000;

const commands: Readonly<Record<string, readonly string[]>> = {
  ls: ['ls'],
  'ls --where': ['ls', '--where', 'training.batchSize == 64 && val_accuracy > 0.9'],
  compare: ['compare', '--top', '10'],
  'compare, sorted by what all epochs decide': ['compare', '--top', '10', '--sort', 'max val_accuracy'],
};

console.log(describeMachine());
for (const count of process.argv.slice(2).map(Number)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-compare-'));
  for (let index = 0; index < count; index++) writeRun(folder, index);
  await new Promise((resolve) => setTimeout(resolve, settledMillis));
  const index = path.join(folder, '.exp-index');
  for (const [name, args] of Object.entries(commands)) {
    rmSync(index, {force: true});
    const first = measure(args, folder);
    const again = Array.from({length: rounds}, () => measure(args, folder));
    const best = again.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    const size = existsSync(index) ? `${(statSync(index).size / 1e6).toFixed(1)} MB of index` : 'no index';
    console.log(`${count} runs, ${name}: first ${show(first)}; then ${show(best)} (${size})`);
  }
  rmSync(folder, {recursive: true});
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

function show({seconds, megabytes}: Measured): string {
  return `${seconds.toFixed(2)} s, ${Math.round(megabytes)} MB`;
}

/** Of the whole process; its peak memory as it tells it itself at its end. */
function measure(args: readonly string[], folder: string): Measured {
  const tell = `process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)))`;
  const preload = path.join(folder, '.peak.cjs');
  const peak = path.join(folder, '.peak');
  writeFileSync(preload, tell);
  const start = performance.now();
  const command = `exec "$@" > /dev/null 3> '${peak}'`;
  const node = [process.execPath, '--require', preload, 'bin/exp.js'];
  execFileSync('bash', ['-c', command, 'bash', ...node, ...args, '--runs-dir', folder], {cwd: root});
  const seconds = (performance.now() - start) / 1000;
  return {seconds, megabytes: Number(execFileSync('cat', [peak], {encoding: 'utf8'})) / 1024};
}

/** As experiments/mnist-cnn.yaml resolves, with three settings that differ. */
function specText(rng: Rng, index: number): string {
  const layers = [32, 64].map(
    (filters) =>
      `    - type: conv2d\n      filters: ${filters}\n      kernelSize: 5\n      strides: 1\n      padding: same\n      dilationRate: 1\n      activation: relu\n      useBias: true\n      kernelInitializer:\n        type: glorotUniform\n      biasInitializer:\n        type: zeros\n      groups: 1\n    - type: maxPooling2d\n      poolSize: 2\n      strides: 2\n      padding: valid\n`,
  );
  const dense = [250 * (1 + rng.below(4)), 10].map(
    (units) =>
      `    - type: dense\n      units: ${units}\n      activation: relu\n      useBias: true\n      kernelInitializer:\n        type: glorotUniform\n      biasInitializer:\n        type: zeros\n`,
  );
  return `name: bench
description: The two-convolution MNIST network of the PyTorch lesson (3,199,106 parameters).
seed: ${index % 3}
tags:
  - lesson
data:
  source:
    type: mnist
  transforms:
    - type: rescale
      scale: 0.00392156862745098
      offset: 0
    - type: normalize
      mean: 0.1307
      std: 0.3081
  augment: []
  validation:
    fraction: 0.1
    stratify: true
  test: atEnd
model:
  layers:
${layers.join('')}    - type: flatten
${dense.join('')}training:
  epochs: ${numEpochs}
  batchSize: ${32 * 2 ** rng.below(3)}
  shuffle: true
  loss:
    type: softmaxCrossEntropy
  optimizer:
    type: adam
    learningRate: ${10 ** (-4 + 3 * rng.uniform())}
    beta1: 0.9
    beta2: 0.999
    epsilon: 1e-8
    amsgrad: false
  metrics:
    - type: accuracy
  logEverySteps: 50
checkpoint:
  monitor: val_accuracy
  last: true
device: auto
engine: auto
`;
}

function writeRun(folder: string, index: number): void {
  const rng = Rng.fromSeed(index);
  const letters = [26 ** 3, 26 ** 2, 26, 1].map((place) => String.fromCharCode(97 + (Math.floor(index / place) % 26)));
  const run = `bench-20261123-120000-${letters.join('')}`;
  const target = path.join(folder, run);
  mkdirSync(target);
  const metrics = {loss: rng.uniform(), accuracy: rng.uniform(), val_loss: rng.uniform(), val_accuracy: rng.uniform()};
  const rows = Array.from({length: numEpochs}, (_, epoch) =>
    [epoch + 1, 100 * (epoch + 1), 0.001, ...Object.keys(metrics).map(() => rng.uniform())].join(),
  );
  const times = {startedAt: '2026-11-23T12:00:00.000Z', finishedAt: '2026-11-23T12:01:00.000Z'};
  const write = (name: string, text: string): void => writeFileSync(path.join(target, name), text);
  write('resolved.yaml', specText(rng, index));
  write('metrics.csv', `epoch,step,learningRate,${Object.keys(metrics).join()}\n${rows.join('\n')}\n`);
  const status = {state: 'finished', pid: 1, host: 'bench', epoch: numEpochs, numEpochs, step: 1e4};
  write('status.json', JSON.stringify({...status, heartbeatAt: times.finishedAt, ...times}));
  const summary = {
    ...{run, name: 'bench', tags: ['lesson'], seed: index % 3, epochs: numEpochs, steps: 1e4, stoppedEarly: false},
    ...times,
    metrics: {
      final: metrics,
      best: {epoch: 50, metrics},
      test: {test_loss: rng.uniform(), test_accuracy: rng.uniform()},
    },
    durationSeconds: {total: 60, training: 50, waiting: 0, evaluation: 5},
    ...{examplesPerSecond: 1000, numParameters: 1000, numTrainableParameters: 1000, engine: 'compiled', device: 'cpu'},
    ...{dataFingerprint: 'f', peakMemoryBytes: 1e8},
  };
  write('summary.json', JSON.stringify(summary));
}
