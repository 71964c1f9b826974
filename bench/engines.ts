/**
 * Milliseconds per training step of a spec on each engine that is there, in turn, each in a process of its own:
 *
 *   node --import tsx bench/engines.ts [--spec experiments/mnist-cnn.yaml] [--rounds 2]
 *
 * TensorFlow is measured where `exp engines install tensorflow` made it, a card with `--cuda` and only where there is one.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {hasNvidiaDriver} from '../src/engine/nvidia.js';
import {installedEngine} from '../src/engine/tensorflow/installed.js';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {describeMachine, quantile} from './machine.js';

interface Case {
  readonly name: string;
  readonly overrides: readonly string[];
  readonly steps: number;
  readonly warmup: number;
  /** Hides installed engines, so that plain JavaScript computes. */
  readonly isPlain?: boolean;
}

const cases: readonly Case[] = [
  {name: 'compiled cpu', overrides: ['engine=compiled', 'device=cpu'], steps: 100, warmup: 10},
  ...(installedEngine('cpu')
    ? [{name: 'eager cpu, TensorFlow', overrides: ['engine=eager', 'device=cpu'], steps: 100, warmup: 10}]
    : []),
  ...(installedEngine('cuda') && hasNvidiaDriver()
    ? [{name: 'eager cuda, TensorFlow', overrides: ['engine=eager', 'device=cuda'], steps: 100, warmup: 10}]
    : []),
  {name: 'eager cpu, JavaScript', overrides: ['engine=eager', 'device=cpu'], steps: 1, warmup: 1, isPlain: true},
];

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', default: 'experiments/mnist-cnn.yaml'},
    rounds: {type: 'string', default: '2'},
    case: {type: 'string'},
  },
});

/** Trains some steps in this process and prints each one's milliseconds. */
async function measure({overrides, steps, warmup}: Case): Promise<void> {
  const experiment = await loadExperiment({path: flags.spec}, {overrides: [...overrides]});
  const {dataset, session, rng, dispose} = await prepareExperiment(experiment, console.warn);
  const order = rng.split('bench').shuffle(Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index));
  const millis: number[] = [];
  let step = 0;
  for (const batch of dataset.train.batches(experiment.spec.training.batchSize, order)) {
    const start = performance.now();
    await session.step(batch, {learningRate: 0.001, step: ++step});
    if (step > warmup) millis.push(performance.now() - start);
    if (step === warmup + steps) break;
  }
  process.stdout.write(`\n@${JSON.stringify({device: session.device, millis})}`);
  await dispose();
}

function inTurn(): void {
  console.log(describeMachine());
  const empty = mkdtempSync(path.join(tmpdir(), 'exp-bench-'));
  const found = new Map<string, {device: string; millis: number[]}>();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const one of cases) {
      const {name, isPlain} = one;
      const args = ['--import', 'tsx', import.meta.filename, '--spec', flags.spec, '--case', JSON.stringify(one)];
      const env = isPlain ? {...process.env, EXP_CACHE_DIR: empty} : process.env;
      const said = execFileSync(process.execPath, args, {encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit']});
      const {device, millis} = JSON.parse(said.slice(said.lastIndexOf('\n@') + 2));
      found.set(name, {device, millis: [...(found.get(name)?.millis ?? []), ...millis]});
    }
  }
  rmSync(empty, {recursive: true});
  for (const [name, {device, millis}] of found) {
    const [low, middle, high] = [0.1, 0.5, 0.9].map((q) => quantile(millis, q).toFixed(1));
    console.log(`${name} (${device}): median ${middle} ms a step (10 % ${low}, 90 % ${high}), ${millis.length} steps`);
  }
}

if (flags.case === undefined) inTurn();
else await measure(JSON.parse(flags.case));
