import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, type FSWatcher, mkdirSync, readdirSync, readFileSync, watch} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Rng} from '../../src/support/random.js';
import {expPath, plainEnv} from '../commands/cli.js';

/** A process of the real program. */
export interface Victim {
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Everything printed so far. */
  output(): string;
}

/** Starts `exp`; EXP_TEST_BIN names another build of it. */
export function start(cwd: string, args: readonly string[], shell?: string): Victim {
  const bin = process.env.EXP_TEST_BIN ?? expPath;
  const command = [process.execPath, bin, ...args];
  const [file, ...rest] = shell === undefined ? command : ['bash', '-c', `${shell}; exec "$@"`, 'exp', ...command];
  const child = spawn(file!, rest, {cwd, env: plainEnv, stdio: ['ignore', 'pipe', 'pipe']});
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {child, ended, output: () => text};
}

/** Runs `exp` to its end. */
export async function run(
  cwd: string,
  args: readonly string[],
  shell?: string,
): Promise<{code: number | string; text: string}> {
  const victim = start(cwd, args, shell);
  const code = await victim.ended;
  return {code, text: victim.output()};
}

/** The one run folder below `cwd/runs`; undefined before there is one. */
export function runFolder(cwd: string): string | undefined {
  const runs = path.join(cwd, 'runs');
  const [name] = existsSync(runs) ? readdirSync(runs) : [];
  return name === undefined ? undefined : path.join(runs, name);
}

/** When a process is to be killed: a while after it began to train, or as soon as a file of some name moves. */
export type Moment =
  | {readonly kind: 'time'; readonly millis: number}
  | {readonly kind: 'file'; readonly name: RegExp; readonly skip: number};

/** What happens on the disk at the interesting moments: every file is written beside itself and renamed. */
const fileMoments: readonly RegExp[] = [
  /^last\.tmp$/,
  /^last\.previous$/,
  /^last$/,
  /^best(-\d+)?\.tmp$/,
  /^best(\.previous)?$/,
  /^state\.json$/,
  /^metrics\.csv$/,
  /^validation\.csv$/,
  /^steps\.csv$/,
  /^status\.json/,
  /^summary\.json/,
  /^model/,
  /^resume-\d+\.claim$/,
];

/** @param spanMillis longest wait once training has begun */
export function drawMoment(rng: Rng, spanMillis: number): Moment {
  if (rng.uniform() < 0.5) return {kind: 'time', millis: spanMillis * rng.uniform()};
  return {kind: 'file', name: fileMoments[rng.below(fileMoments.length)]!, skip: rng.below(6)};
}

/**
 * Kills a process with SIGKILL at a moment, unless it ends before.
 * @param isOwn tells whether the run folder is this process's by now
 * @returns whether it was killed
 */
export async function killAt(
  cwd: string,
  {child, ended}: Victim,
  moment: Moment,
  isOwn: () => boolean,
): Promise<boolean> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const kill = (): void => void child.kill('SIGKILL');
  const watchers: FSWatcher[] = [];
  try {
    if (moment.kind === 'file') {
      let left = moment.skip;
      const look = (folder: string): void => {
        const watcher = watch(folder, (_event, name) => {
          if (name !== null && moment.name.test(name) && left-- === 0) kill();
        });
        watcher.on('error', () => {});
        watchers.push(watcher);
      };
      while (!isOver && runFolder(cwd) === undefined) await sleep(1);
      const folder = runFolder(cwd);
      if (folder !== undefined) {
        mkdirSync(path.join(folder, 'checkpoints'), {recursive: true});
        look(folder);
        look(path.join(folder, 'checkpoints'));
      }
    } else {
      while (!isOver && !isOwn()) await sleep(2);
      const timer = setTimeout(kill, moment.millis);
      void ended.then(() => clearTimeout(timer));
    }
    return (await ended) === 'SIGKILL';
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** Whether the run folder is marked running by a process. */
export function isRunBy(cwd: string, pid: number | undefined): boolean {
  const folder = runFolder(cwd);
  if (folder === undefined) return false;
  try {
    const status: {pid: number; state: string} = JSON.parse(readFileSync(path.join(folder, 'status.json'), 'utf8'));
    return status.pid === pid && status.state === 'running';
  } catch {
    return false;
  }
}

const exactFiles = [
  'metrics.csv',
  'steps.csv',
  'validation.csv',
  'model/model.json',
  'model/weights.bin',
  'checkpoints/last/weights.safetensors',
  'checkpoints/last/optimizer.safetensors',
  'confusion-matrix.test.csv',
  'confusion-matrix.validation.csv',
];

/** What is to be the same of two finished runs, byte for byte: rows, weights, kept checkpoints, and the summary but for times and places. */
export function traces(folder: string): ReadonlyMap<string, string> {
  const read = (name: string): string => readFileSync(path.join(folder, name)).toString('latin1');
  const kept = readdirSync(path.join(folder, 'checkpoints')).filter((name) => name.startsWith('best'));
  const files = [...exactFiles, ...kept.map((name) => `checkpoints/${name}/weights.safetensors`)];
  const summary = JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8'));
  for (const key of ['run', 'startedAt', 'finishedAt', 'durationSeconds', 'examplesPerSecond', 'peakMemoryBytes']) {
    delete summary[key];
  }
  return new Map([
    ...files.filter((name) => existsSync(path.join(folder, name))).map((name) => [name, read(name)] as const),
    ['summary.json', JSON.stringify(summary)],
    // Whether there are uncommitted changes is no matter of the run.
    [
      'files',
      readdirSync(folder)
        .filter((name) => name !== 'git.diff')
        .sort()
        .join(' '),
    ],
    ['kept', kept.sort().join(' ')],
  ]);
}

/** What of two finished runs is not the same: where texts part, or that a file is missing. */
export function differences(
  found: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...found.keys(), ...expected.keys()])].flatMap((name) => {
    const [ours, theirs] = [found.get(name), expected.get(name)];
    if (ours === theirs) return [];
    if (ours === undefined || theirs === undefined) return [`${name} is ${ours === undefined ? 'missing' : 'new'}`];
    let at = 0;
    while (ours[at] === theirs[at]) at++;
    const shown = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
    return [`${name} from byte ${at}: ${shown(ours)} instead of ${shown(theirs)}`];
  });
}
