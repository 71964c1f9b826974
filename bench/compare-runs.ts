/**
 * Seconds and memory of `exp compare` over generated run folders of 100 epochs each. Needs `npm run build`.
 *
 *   node --import tsx bench/compare-runs.ts 1000 10000
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {stringify} from 'yaml';
import {Rng} from '../src/support/random.js';
import {describeMachine} from './machine.js';

const root = path.dirname(import.meta.dirname);
const numEpochs = 100;
console.log(describeMachine());
for (const count of process.argv.slice(2).map(Number)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-compare-'));
  for (let index = 0; index < count; index++) writeRun(folder, index);
  const millis: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    execFileSync(process.execPath, ['bin/exp.js', 'compare', '--runs-dir', folder, '--top', '10'], {
      cwd: root,
      stdio: 'ignore',
    });
    millis.push(performance.now() - start);
  }
  const peak = execFileSync(
    'bash',
    [
      '-c',
      `node bin/exp.js compare --runs-dir '${folder}' --top 10 > /dev/null & pid=$!; peak=0; while [ -r /proc/$pid/status ]; do now=$(awk '/VmHWM/{print $2}' /proc/$pid/status 2>/dev/null); [ -n "$now" ] && peak=$now; sleep 0.02; done; echo $peak`,
    ],
    {cwd: root, encoding: 'utf8'},
  );
  console.log(`${count} runs: ${(Math.min(...millis) / 1000).toFixed(2)} s, ${Math.round(Number(peak) / 1024)} MB`);
  rmSync(folder, {recursive: true});
}

function writeRun(folder: string, index: number): void {
  const rng = Rng.fromSeed(index);
  const run = `bench-20261123-120000-${String(index).padStart(5, '0')}`;
  const target = path.join(folder, run);
  mkdirSync(target);
  const rate = 10 ** (-4 + 3 * rng.uniform());
  const spec = {
    name: 'bench',
    seed: index % 3,
    data: {source: {type: 'mnist'}, validation: {fraction: 0.1, stratify: true}},
    model: {
      layers: [
        {type: 'dense', units: 16 * (1 + rng.below(8)), activation: 'relu'},
        {type: 'dense', units: 10},
      ],
    },
    training: {epochs: numEpochs, batchSize: 32, optimizer: {type: 'adam', learningRate: rate}, metrics: ['accuracy']},
    checkpoint: {monitor: 'val_accuracy', last: true},
  };
  const metrics = {loss: rng.uniform(), accuracy: rng.uniform(), val_loss: rng.uniform(), val_accuracy: rng.uniform()};
  const rows = Array.from({length: numEpochs}, (_, epoch) =>
    [epoch + 1, 100 * (epoch + 1), rate, ...Object.values(metrics)].join(),
  );
  const times = {startedAt: '2026-11-23T12:00:00.000Z', finishedAt: '2026-11-23T12:01:00.000Z'};
  const write = (name: string, text: string): void => writeFileSync(path.join(target, name), text);
  write('resolved.yaml', stringify(spec));
  write('metrics.csv', `epoch,step,learningRate,${Object.keys(metrics).join()}\n${rows.join('\n')}\n`);
  write(
    'status.json',
    JSON.stringify({
      state: 'finished',
      pid: 1,
      host: 'bench',
      epoch: numEpochs,
      heartbeatAt: times.finishedAt,
      ...times,
    }),
  );
  const summary = {
    ...{run, name: 'bench', tags: [], seed: index % 3, epochs: numEpochs, steps: 1e4, stoppedEarly: false, ...times},
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
