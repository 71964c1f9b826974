/**
 * Whole epochs of training, data feeding and metrics included, in exp and in PyTorch in turn.
 *
 *   npm run bench:peers -- --pytorch PYTHON                       # all cases
 *   npm run bench:peers -- --pytorch PYTHON mnist-cnn --batch-size 128 --rounds 5
 *
 * PYTHON is a Python that imports torch and numpy; without one the peer is skipped. Each round runs both sides in processes of their
 * own, one after the other; the first epoch of each warms up and is left out. The last line of each case is the ratio of the medians.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {describeMachine, quantile} from './machine.js';
import {hasTorch, writeData} from './peers/data.js';

interface Case {
  readonly name: string;
  readonly batchSizes: readonly number[];
  /** Of the peer; the spec says its own. */
  readonly epochs: number;
}

const cases: readonly Case[] = [
  {name: 'mnist-cnn', batchSizes: [32, 128], epochs: 4},
  {name: 'mnist-mlp', batchSizes: [128], epochs: 4},
  {name: 'resnet20', batchSizes: [64], epochs: 3},
  {name: 'lstm', batchSizes: [32], epochs: 4},
  {name: 'transformer', batchSizes: [16], epochs: 4},
  {name: 'iris', batchSizes: [16], epochs: 100},
];

const {values: flags, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    pytorch: {type: 'string'},
    rounds: {type: 'string', default: '3'},
    'batch-size': {type: 'string'},
    eager: {type: 'boolean', default: false},
  },
});
const numRounds = Number(flags.rounds);
const here = import.meta.dirname;
const root = path.dirname(here);

interface Measured {
  readonly parameters?: number;
  readonly millis: readonly number[];
  readonly peakMegabytes: number;
}

const run = (command: string, args: readonly string[]): Measured =>
  JSON.parse(execFileSync(command, args, {encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'inherit']}));

/** Milliseconds of a whole process. */
function time(command: string, args: readonly string[]): number {
  const start = performance.now();
  execFileSync(command, args, {cwd: root, stdio: ['ignore', 'ignore', 'inherit']});
  return performance.now() - start;
}

function ours({name}: Case, batchSize: number, folder: string): Measured {
  if (name === 'iris') {
    const spec = path.join(root, 'experiments/2-iris-mlp.yaml');
    const args = [path.join(root, 'bin/exp.js'), 'run', spec, '--quiet', '--runs-dir', path.join(folder, 'runs')];
    return {millis: [0, time(process.execPath, args)], peakMegabytes: Number.NaN};
  }
  const args = [
    '--import',
    'tsx',
    path.join(here, 'peers/ours.ts'),
    path.join(folder, `${name}.yaml`),
    String(batchSize),
  ];
  return run(process.execPath, flags.eager ? [...args, 'eager'] : args);
}

function peer(python: string, {name, epochs}: Case, batchSize: number, folder: string): Measured {
  if (name === 'iris') {
    const args = [path.join(here, 'peers/iris.py'), path.join(folder, 'iris.csv')];
    return {millis: [0, time(python, args)], peakMegabytes: Number.NaN};
  }
  return run(python, [path.join(here, 'peers/pytorch.py'), name, String(batchSize), String(epochs), folder]);
}

const describe = ({millis, peakMegabytes}: Measured): string => {
  const peak = Number.isNaN(peakMegabytes) ? '' : `, ${peakMegabytes.toFixed(0)} MB`;
  return `${quantile(millis.slice(1), 0.5).toFixed(1)} ms${peak}`;
};

const wanted = positionals.length > 0 ? cases.filter(({name}) => positionals.includes(name)) : cases;
if (wanted.length === 0) throw new Error(`cases: ${cases.map(({name}) => name).join(', ')}`);
console.log(describeMachine());
const python = flags.pytorch;
if (!hasTorch(python)) console.log('PyTorch is skipped: --pytorch names no Python that imports torch and numpy');
const folder = mkdtempSync(path.join(tmpdir(), 'exp-peers-'));
try {
  writeData(folder);
  for (const one of wanted) {
    const sizes = flags['batch-size'] ? [Number(flags['batch-size'])] : one.batchSizes;
    for (const batchSize of sizes) compare(one, batchSize);
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}

function compare(one: Case, batchSize: number): void {
  const title = one.batchSizes.length > 1 ? `${one.name} batch ${batchSize}` : one.name;
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 1; round <= numRounds; round++) {
    const our = ours(one, batchSize, folder);
    mine.push(...our.millis.slice(1));
    if (!hasTorch(python)) {
      console.log(`${title} round ${round}: exp ${describe(our)}`);
      continue;
    }
    const their = peer(python, one, batchSize, folder);
    theirs.push(...their.millis.slice(1));
    console.log(`${title} round ${round}: exp ${describe(our)}; PyTorch ${describe(their)}`);
  }
  const our = quantile(mine, 0.5);
  if (theirs.length === 0) return;
  const their = quantile(theirs, 0.5);
  const both = `ours ${our.toFixed(1)} ms, pytorch ${their.toFixed(1)} ms, ${numRounds} rounds`;
  console.log(`${title} ratio ${(our / their).toFixed(2)} (${both})`);
}
