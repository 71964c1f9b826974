import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';

/** The real program, as `npm run build` left it. */
export const expPath = path.resolve(import.meta.dirname, '../../bin/exp.js');

/** Environment without what would change colours or folders. */
export const plainEnv: Readonly<Record<string, string>> = (() => {
  const {NO_COLOR: _no, FORCE_COLOR: _force, EXP_RUNS_DIR: _runs, ...rest} = process.env;
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
})();

/** Runs `exp` in a folder; never rejects. */
export const exp = (cwd: string, args: readonly string[], env = plainEnv) =>
  execa(process.execPath, [expPath, ...args], {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
    // A step may take longer than execa waits after SIGTERM before it sends SIGKILL.
    forceKillAfterDelay: false,
  });

/** A spec that trains in milliseconds: two classes, twelve steps. */
export const tinySpec = `name: tiny
seed: 1
data:
  source: {type: synthetic, pattern: blobs, numExamples: 60, numTest: 20, numClasses: 3}
  validation: {fraction: 0.2}
model:
  layers:
    - {type: dense, units: 8, activation: relu}
    - {type: dropout, rate: 0.1}
    - {type: dense, units: 3}
training:
  epochs: 3
  batchSize: 16
  loss: softmaxCrossEntropy
  optimizer: {type: adam, learningRate: 0.01}
  metrics: [accuracy]
  logEverySteps: 4
checkpoint: {monitor: val_accuracy}
`;

/** Makes a folder with `tiny.yaml` in it. */
export function withTinySpec(folder: string, change: (spec: string) => string = (spec) => spec): string {
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, 'tiny.yaml'), change(tinySpec));
  return folder;
}

/** Path of the one run folder below `cwd/runs`. */
export function onlyRun(cwd: string, runsDir = 'runs'): string {
  const names = readdirSync(path.join(cwd, runsDir));
  if (names.length !== 1) throw new Error(`expected one run, found ${names.join(', ') || 'none'}`);
  return path.join(cwd, runsDir, names[0]!);
}

export const readJson = (folder: string, name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
export const readText = (folder: string, name: string): string => readFileSync(path.join(folder, name), 'utf8');
