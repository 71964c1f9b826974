/**
 * Milliseconds per training step on this machine's GPU, data feeding and metrics included, on each engine that loads and in PyTorch in turn:
 *
 *   npm run bench:gpu -- --pytorch PYTHON [--rounds N] [--name NAME]
 *   npm run bench:gpu -- --software            # a few small steps on a software device, to see that this script works
 *
 * PYTHON is a Python that imports numpy and a torch built for the GPU; without one the peer is skipped. The lesson's network at batch 32, 128
 * and 1024, and ResNet-20 at 128. Each round runs every side in a process of its own; the first epoch of each warms up and is left out. Prints
 * a table and writes bench/results/gpu-NAME.json. Exits with 1 on a machine without a GPU.
 */
import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs, promisify} from 'node:util';
import {hasNvidiaDriver, nvidiaCards} from '../src/engine/nvidia.js';
import {surveyAdapters} from '../src/engine/webgpu/adapters.js';
import {describeMachine, quantile} from './machine.js';
import {hasTorch, writeData} from './peers/data.js';

interface Case {
  readonly name: string;
  readonly batchSize: number;
  /** Of the lesson; ResNet-20's data are 640 images. */
  readonly examples: number;
  readonly epochs: number;
}

interface Side {
  readonly name: string;
  run(one: Case, folder: string): Promise<Measured>;
}

interface Measured {
  readonly device: string;
  /** A step, epoch by epoch. */
  readonly millis: readonly number[];
  readonly version?: string;
}

/** What came out for one case and side. */
interface Row {
  readonly case: string;
  readonly batchSize: number;
  readonly side: string;
  readonly device?: string;
  /** Median of all epochs but each process's first. */
  readonly millisPerStep?: number;
  readonly fastest?: number;
  readonly slowest?: number;
  /** Why there is no figure. */
  readonly failure?: string;
}

const {values: flags} = parseArgs({
  options: {
    pytorch: {type: 'string'},
    rounds: {type: 'string', default: '3'},
    name: {type: 'string'},
    software: {type: 'boolean', default: false},
  },
});

const execute = promisify(execFile);
const here = import.meta.dirname;
const root = path.dirname(here);
const cases: readonly Case[] = flags.software
  ? [
      {name: 'mnist-cnn', batchSize: 4, examples: 16, epochs: 2},
      {name: 'resnet20', batchSize: 2, examples: 4, epochs: 2},
    ]
  : [
      ...[32, 128, 1024].map((batchSize) => ({name: 'mnist-cnn', batchSize, examples: 8192, epochs: 4})),
      {name: 'resnet20', batchSize: 128, examples: 640, epochs: 6},
    ];

async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const {stdout} = await execute(command, args, {cwd: root, maxBuffer: 2 ** 26});
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const ours = (engine: string, device: string): Side => ({
  name: `exp, ${engine} on ${device}`,
  run: ({name, batchSize, examples, epochs}, folder) =>
    measure(process.execPath, [
      ...['--import', 'tsx', path.join(here, 'peers/ours.ts'), path.join(folder, `${name}.yaml`)],
      ...[String(batchSize), engine, device, `data.limit.train=${examples}`, `training.epochs=${epochs}`],
    ]),
});

const pytorch = (python: string): Side => ({
  name: 'PyTorch, eager',
  run: ({name, batchSize, examples, epochs}, folder) =>
    measure(python, [
      ...[path.join(here, 'peers/pytorch.py'), name, String(batchSize), String(epochs), folder],
      ...[process.platform === 'darwin' ? 'mps' : 'cuda', String(examples)],
    ]),
});

/** What this machine has. @returns its GPU's name and what may run on it; a string that says why there is none */
async function findSides(): Promise<{readonly gpu: string; readonly sides: readonly Side[]} | string> {
  const survey = await surveyAdapters();
  const adapters = survey.works ? survey.adapters.filter(({isSoftware}) => isSoftware === flags.software) : [];
  const hasCuda = hasNvidiaDriver() && !flags.software;
  if (adapters.length === 0 && !hasCuda) {
    if (!survey.works) return `${survey.reason} (${survey.fix})`;
    return flags.software ? 'there is no software device' : 'all there is is software; --software measures that';
  }
  const webgpu = adapters.length > 0 ? [ours('compiled', 'webgpu'), ours('eager', 'webgpu')] : [];
  const cuda = hasCuda ? [ours('compiled', 'cuda'), ours('eager', 'cuda')] : [];
  const peer = !flags.software && hasTorch(flags.pytorch) ? [pytorch(flags.pytorch)] : [];
  if (peer.length === 0 && !flags.software)
    console.log('PyTorch is skipped: --pytorch names no Python that imports torch and numpy');
  return {gpu: nvidiaCards()[0]?.name ?? adapters[0]?.name ?? 'unknown', sides: [...webgpu, ...cuda, ...peer]};
}

async function compare(one: Case, sides: readonly Side[], folder: string): Promise<readonly Row[]> {
  const found = new Map<string, {device: string; millis: number[]} | {failure: string}>();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const side of sides) {
      const before = found.get(side.name);
      if (before && 'failure' in before) continue;
      try {
        const {device, millis} = await side.run(one, folder);
        found.set(side.name, {device, millis: [...(before?.millis ?? []), ...millis.slice(1)]});
      } catch (error) {
        found.set(side.name, {failure: failureOf(error)});
      }
    }
  }
  return [...found].map(([side, result]): Row => {
    const row = {case: one.name, batchSize: one.batchSize, side};
    if ('failure' in result) return {...row, failure: result.failure};
    const [fastest, millisPerStep, slowest] = [0, 0.5, 1].map(
      (q) => Math.round(1000 * quantile(result.millis, q)) / 1000,
    ) as [number, number, number];
    return {...row, device: result.device, millisPerStep, fastest, slowest};
  });
}

/** The first line of an error that a process wrote, without its type. */
function failureOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  const line = said.split('\n').find((text) => /^\w*Error\b/.test(text.trim()));
  return (line ?? said.trim().split('\n').at(-1) ?? '').trim().replace(/^\w+: /, '');
}

const describe = ({side, device, millisPerStep, fastest, slowest, failure}: Row): string =>
  failure === undefined
    ? `  ${side.padEnd(26)} ${millisPerStep!.toFixed(2).padStart(10)} ms   ${fastest!.toFixed(2)} to ${slowest!.toFixed(2)}   ${device}`
    : `  ${side.padEnd(26)} does not run: ${failure}`;

const there = await findSides();
if (typeof there === 'string') {
  console.log(`There is no GPU to measure: ${there}`);
  process.exitCode = 1;
} else {
  const {gpu, sides} = there;
  console.log(`${gpu}; ${describeMachine()}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-gpu-'));
  const rows: Row[] = [];
  try {
    writeData(folder);
    for (const one of cases) {
      console.log(`${one.name}, batch ${one.batchSize}: median of a step`);
      const measured = await compare(one, sides, folder);
      rows.push(...measured);
      for (const row of measured) console.log(describe(row));
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  const name = (flags.name ?? gpu)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const results = path.join(here, 'results');
  mkdirSync(results, {recursive: true});
  const file = path.join(results, `gpu-${name}.json`);
  const record = {gpu, machine: describeMachine(), date: new Date().toISOString(), rounds: Number(flags.rounds), rows};
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
  console.log(`written to ${path.relative(process.cwd(), file)}`);
}
