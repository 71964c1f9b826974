/**
 * What sweeps cost:
 *
 *   node --import tsx bench/sweep-speed.ts [--trials 100] [--json FILE]
 *
 * - trials of the iris lesson, 100 epochs each, as many at a time as there are cores (aim on 2 cores: 100 in 30 s)
 * - what a worker does between trials: coordination, which is what is next, claim and suggestion (aim: 5 ms), and all there is between two runs
 * - how long it takes to read the journals of 10,000 trials (aim: 1 s)
 * - trials of mnist-quick with one thread each, one at a time and two at a time, in turn (aim: 1.6 times as fast)
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {JournalReader} from '../src/runs/sweep/journal.js';
import {readSweep} from '../src/runs/sweep/read-sweep.js';
import type {SweepRecord} from '../src/runs/sweep/records.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({
  options: {trials: {type: 'string', default: '100'}, rounds: {type: 'string', default: '2'}, json: {type: 'string'}},
});

const root = mkdtempSync(path.join(tmpdir(), 'exp-sweep-'));
const experiments = path.resolve('experiments');

interface Swept {
  readonly folder: string;
  readonly seconds: number;
}

/** Runs a sweep with the built command line. */
function sweep(name: string, spec: string, ...args: readonly string[]): Swept {
  const file = path.join(root, `${name}.yaml`);
  writeFileSync(file, spec);
  const folder = path.join(root, `${name}-${Date.now()}`);
  const start = performance.now();
  const {status, stderr} = spawnSync(
    process.execPath,
    ['bin/exp.js', 'sweep', file, '--out', folder, '--quiet', ...args],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the sweep ended with ${status}: ${stderr}`);
  return {folder, seconds: (performance.now() - start) / 1000};
}

const iris = (sampler: string, numTrials: number): string => `name: iris
experiment: ${path.join(experiments, '2-iris-mlp.yaml')}
metric: val_loss
sampler: ${sampler}
maxTrials: ${numTrials}
parameters:
  training.optimizer.learningRate: {min: 0.0001, max: 0.1, scale: log}
  model.layers.0.units: {min: 4, max: 64}
  model.layers.1.units: {min: 4, max: 64}
`;

const mnist = (numTrials: number): string => `name: quick
experiment: ${path.join(experiments, 'mnist-quick.yaml')}
overrides: {data.validation: {fraction: 0.1}}
metric: val_accuracy
sampler: random
maxTrials: ${numTrials}
threads: 1
parameters:
  training.optimizer.learningRate: {min: 0.0003, max: 0.01, scale: log}
`;

/** Milliseconds of a worker per trial, the first one left out: it loads the program. */
interface Overhead {
  /** From the record of an end to that of the next beginning: is there more to do, claim, suggestion. */
  readonly coordination: number;
  /** All that is not within the seconds that the run says it took: also the next experiment's checks, and the run's last files. */
  readonly between: number;
}

function overheads({folder}: Swept): readonly Overhead[] {
  const journals = new Map<string, SweepRecord[]>();
  for (const {journal, record} of new JournalReader(path.join(folder, 'journal')).read()) {
    journals.set(journal, [...(journals.get(journal) ?? []), record]);
  }
  return [...journals.values()].flatMap((records) => {
    const ends = records.flatMap((record) => (record.type === 'ended' ? [record] : []));
    const starts = records.flatMap((record) => (record.type === 'started' ? [record] : []));
    return ends.slice(1).map(({at, seconds = 0}, index) => {
      const before = Date.parse(ends[index]!.at);
      const coordination = Date.parse(starts[index + 1]!.at) - before;
      return {coordination, between: Date.parse(at) - before - 1000 * seconds};
    });
  });
}

/** A sweep folder whose trials exist in the journals only. */
function journalsOf(template: string, numTrials: number): string {
  const folder = path.join(root, 'many');
  mkdirSync(path.join(folder, 'journal'), {recursive: true});
  writeFileSync(path.join(folder, 'sweep.json'), readFileSync(path.join(template, 'sweep.json')));
  const lines: string[][] = [[], [], [], []];
  for (let trial = 1; trial <= numTrials; trial++) {
    const own = lines[trial % lines.length]!;
    const at = new Date(1.8e12 + 1000 * trial).toISOString();
    const values = {'training.optimizer.learningRate': 0.001 * trial, 'model.layers.0.units': trial % 64};
    own.push(JSON.stringify({type: 'started', at, session: 1, trial, attempt: 1, point: trial, values}));
    for (let epoch = 1; epoch <= 10; epoch++)
      own.push(JSON.stringify({type: 'reported', trial, epoch, value: 1 / epoch}));
    const ended = {state: 'finished', value: 1 / trial, epoch: 7, epochs: 10, seconds: 0.2};
    own.push(JSON.stringify({type: 'ended', at, session: 1, trial, attempt: 1, ...ended}));
  }
  for (const [index, own] of lines.entries())
    writeFileSync(path.join(folder, 'journal', `w${index}.jsonl`), `${own.join('\n')}\n`);
  return folder;
}

const numTrials = Number(flags.trials);
const numMnist = 8;
const results: Record<string, unknown> = {machine: describeMachine()};
for (const sampler of ['random', 'tpe']) {
  const done = sweep(`iris-${sampler}`, iris(sampler, numTrials), '--parallel', 'auto');
  const millis = overheads(done);
  const quantiles = (values: readonly number[]) => ({median: quantile(values, 0.5), p90: quantile(values, 0.9)});
  results[`iris ${sampler}`] = {
    trials: numTrials,
    seconds: Number(done.seconds.toFixed(1)),
    coordinationMillis: quantiles(millis.map(({coordination}) => coordination)),
    betweenRunsMillis: quantiles(millis.map(({between}) => between)),
    folders: readdirSync(path.join(done.folder, 'trials')).length,
  };
}
const many = journalsOf(sweep('template', iris('random', 1)).folder, 10_000);
const start = performance.now();
const {trials} = readSweep(many);
results.journal = {trials: trials.length, records: 120_000, millis: Math.round(performance.now() - start)};
const [one, two]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(flags.rounds); round++) {
  one.push(sweep('mnist', mnist(numMnist), '--parallel', '1').seconds);
  two.push(sweep('mnist', mnist(numMnist), '--parallel', '2').seconds);
}
const [alone, both] = [quantile(one, 0.5), quantile(two, 0.5)];
results[`mnist-quick, ${numMnist} trials of 1 thread`] = {
  oneAtATime: alone,
  twoAtATime: both,
  speedUp: Number((alone / both).toFixed(2)),
};
console.log(JSON.stringify({cores: availableParallelism(), ...results}, undefined, 2));
if (flags.json) writeFileSync(flags.json, `${JSON.stringify(results, undefined, 2)}\n`);
rmSync(root, {recursive: true, force: true});
