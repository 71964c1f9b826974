import {mkdirSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {stringify} from 'yaml';
import type {SweepPlan, SweepStatus, TrialRecord, TrialState} from '../../../src/runs/sweep/records.js';
import {deadPid, writeRun} from '../run-folders.js';

/** A trial to be written: what differs from one that finished. */
export type WrittenTrial = Partial<Omit<TrialRecord, 'trial'>> & {
  /** What its run folder has beside the usual; none without a folder. */
  readonly run?: Parameters<typeof writeRun>[2] | false;
};

export interface WrittenSweep {
  readonly plan?: Partial<SweepPlan>;
  readonly status?: Partial<SweepStatus>;
  /** The first is trial 1. */
  readonly trials?: readonly WrittenTrial[];
  /** The journal says that such trials are under way in a process that lives: this one. */
  readonly isAlive?: boolean;
}

export const sweepStart = '2026-01-02T03:04:05.000Z';

const at = (second: number): string => new Date(Date.parse(sweepStart) + 1000 * second).toISOString();

/** The experiment that trials of such sweeps are of; it can be trained. */
export const tinyExperiment = (learningRate: number, seed = 1): Record<string, unknown> => ({
  name: 'tiny',
  seed,
  data: {
    source: {type: 'synthetic', pattern: 'blobs', numExamples: 60, numTest: 20, numClasses: 3},
    validation: {fraction: 0.2},
  },
  model: {layers: [{type: 'dense', units: 3}]},
  training: {epochs: 2, batchSize: 16, loss: 'softmaxCrossEntropy', optimizer: {type: 'sgd', learningRate}},
});

/** Writes the folder of a sweep as coordinator and workers leave it, but for what the options say. @returns its path */
export function writeSweep(
  runsDir: string,
  name: string,
  {plan, status, trials = [], isAlive = false}: WrittenSweep = {},
): string {
  const folder = path.join(runsDir, name);
  for (const part of ['journal', 'trials', 'logs']) mkdirSync(path.join(folder, part), {recursive: true});
  const write = (file: string, text: string): void => writeFileSync(path.join(folder, file), text);
  const json = (file: string, content: object): void => write(file, `${JSON.stringify(content)}\n`);
  const numSeeds = plan?.seeds?.length ?? 1;
  json('sweep.json', {
    format: 1,
    name: name.replace(/-\d{8}-\d{6}-[a-z]{4}$/, ''),
    createdAt: sweepStart,
    exp: '0.1.0',
    baseDir: runsDir,
    spec: path.join(runsDir, 'sweep.yaml'),
    sampler: 'random',
    metric: {name: 'val_loss', goal: 'minimize'},
    parameters: ['training.optimizer.learningRate'],
    numTrials: trials.length,
    allowFailures: 0,
    threads: 1,
    facts: {},
    ...plan,
  } satisfies SweepPlan);
  json('status.json', {
    state: isAlive ? 'running' : 'finished',
    session: 1,
    executor: 'local',
    pid: isAlive ? process.pid : deadPid,
    host: hostname(),
    startedAt: sweepStart,
    heartbeatAt: isAlive ? new Date().toISOString() : at(60),
    ...(isAlive ? {} : {endedAt: at(60)}),
    ...status,
  } satisfies SweepStatus);
  write('sweep.yaml', 'name: tiny\n');
  write('resolved.yaml', 'name: tiny\n');
  const lines = trials.flatMap((given, index) => {
    const trial = index + 1;
    const {run, point = Math.floor(index / numSeeds) + 1, values = {'training.optimizer.learningRate': 0.1}} = given;
    const {state = 'finished', attempts = 1, startedAt = at(trial), endedAt = at(trial + 5)} = given;
    const {epochs = 2, seconds = 5} = given;
    const seed = given.seed ?? plan?.seeds?.[index % numSeeds];
    const known = {trial, session: 1, attempt: attempts};
    if (run !== false) writeTrial(folder, {trial, point, seed, values, state, run});
    const ended = {type: 'ended', at: endedAt, ...known, state, epochs, seconds, ...picked(given)};
    return [
      {type: 'started', at: startedAt, ...known, point, seed, values},
      ...[...(given.reported ?? [])].map(([epoch, value]) => ({type: 'reported', trial, epoch, value})),
      ...(state === 'running' ? [] : [ended]),
    ];
  });
  write('journal/local-host-1-00000000.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return folder;
}

const picked = ({value, epoch, message}: WrittenTrial): object => ({value, epoch, message});

interface TrialFolder {
  readonly trial: number;
  readonly point: number;
  readonly seed: number | undefined;
  readonly values: TrialRecord['values'];
  readonly state: TrialState;
  readonly run: WrittenTrial['run'];
}

function writeTrial(sweep: string, {trial, point, seed, values, state, run}: TrialFolder): void {
  const name = String(trial).padStart(4, '0');
  const {'training.optimizer.learningRate': learningRate = 0.1} = values;
  const isRunning = state === 'running';
  const isFinished = state === 'finished';
  const pruned = state === 'pruned' ? {pruned: 'asha: 5th of 9 at epoch 3; the best 3 go on'} : {};
  const folder = writeRun(path.join(sweep, 'trials'), name, {
    spec: tinyExperiment(Number(learningRate), seed ?? 1),
    status: {
      state: state === 'pruned' ? 'interrupted' : state === 'crashed' ? 'running' : (state as 'finished'),
      ...(isRunning ? {pid: process.pid, heartbeatAt: new Date().toISOString()} : {}),
      ...pruned,
    },
    ...(isFinished ? {} : {summary: false}),
    ...(run === false ? {} : run),
  });
  const json = (file: string, content: object): void =>
    writeFileSync(path.join(folder, file), `${JSON.stringify(content)}\n`);
  json('trial.json', {trial, point, seed, values, seen: {}});
  const holder = {worker: 'local-host-1-00000000', at: sweepStart, host: hostname()};
  json('attempt-1.json', {...holder, pid: isRunning ? process.pid : deadPid});
}

/** The text of a spec file of such a trial. */
export const tinyYaml = (learningRate: number, seed = 1): string => stringify(tinyExperiment(learningRate, seed));
