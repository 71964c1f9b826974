import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {JournalReader} from '../../src/runs/sweep/journal.js';
import {readSweep, type SweepState} from '../../src/runs/sweep/read-sweep.js';
import {exp, plainEnv} from '../commands/cli.js';
import type {SlurmCluster} from './cluster.js';

const learningRates = [0.01, 0.02, 0.03, 0.1];

/** Some seconds of training for each of four trials. @param more lines of the sweep */
export const sweepSpec = (more: string): string => `name: iris
experiment:
  name: iris
  seed: 1
  data: {source: {type: iris}, validation: {fraction: 0.2}}
  model: {layers: [{type: dense, units: 8, activation: relu}, {type: dense, units: 3}]}
  training: {epochs: 1200, batchSize: 8, loss: softmaxCrossEntropy, optimizer: sgd, metrics: [accuracy]}
  engine: eager
metric: val_loss
threads: 1
parameters:
  training.optimizer.learningRate: {values: [${learningRates.join(', ')}]}
${more}`;

export const numTrials = learningRates.length;
export const trials = learningRates.map((_, index) => index + 1);

/** A sweep on a cluster, by the real program. */
export class SlurmSweep {
  private constructor(
    readonly cluster: SlurmCluster,
    readonly cwd: string,
    readonly folder: string,
  ) {}

  /** Where nothing is in yet; the folder of the sweep is `sweep` in it. */
  static at(cluster: SlurmCluster, cwd: string, spec: string): SlurmSweep {
    mkdirSync(cwd, {recursive: true});
    writeFileSync(path.join(cwd, 'sweep.yaml'), spec);
    return new SlurmSweep(cluster, cwd, path.join(cwd, 'sweep'));
  }

  begin(...args: readonly string[]) {
    return this.exp('sweep', 'sweep.yaml', '--out', 'sweep', ...args);
  }

  resume(...args: readonly string[]) {
    return this.exp('sweep', '--resume', 'sweep', ...args);
  }

  exp(...args: readonly string[]) {
    return exp(this.cwd, args, {...plainEnv, ...this.cluster.environment});
  }

  /** Of the newest array. */
  get job(): string {
    const slurm = path.join(this.folder, 'slurm');
    const numbers = readdirSync(slurm).flatMap((name) => /^array-(\d+)\.job\.json$/.exec(name)?.[1] ?? []);
    const file = path.join(slurm, `array-${Math.max(...numbers.map(Number))}.job.json`);
    return JSON.parse(readFileSync(file, 'utf8')).job;
  }

  get state(): SweepState {
    return readSweep(this.folder);
  }

  /** The process that holds an attempt. */
  pidOf(trial: number, attempt = 1): number {
    return JSON.parse(readFileSync(this.trialFile(trial, `attempt-${attempt}.json`), 'utf8')).pid;
  }

  /** Whether a task of the array claimed a trial. */
  isAtWork(job: string): boolean {
    const folder = path.join(this.folder, 'trials');
    const attempts = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) =>
      /attempt-\d+\.json$/.test(name),
    );
    return attempts.some((name) =>
      JSON.parse(readFileSync(path.join(folder, name), 'utf8')).task?.id.startsWith(`${job}_`),
    );
  }

  hasAttempt(trial: number, attempt: number): boolean {
    return existsSync(this.trialFile(trial, `attempt-${attempt}.json`));
  }

  hasCheckpoint(trial: number): boolean {
    const folder = this.trialFile(trial, 'checkpoints');
    return existsSync(folder) && readdirSync(folder).length > 0;
  }

  metricsOf(trial: number): string {
    return readFileSync(this.trialFile(trial, 'metrics.csv'), 'utf8');
  }

  logOf(index: number, job = this.job): string {
    return readFileSync(path.join(this.folder, 'slurm', `${job}_${index}.log`), 'utf8');
  }

  /** How often each trial came to its end, by what the journals say. */
  get numCompletions(): readonly number[] {
    const entries = new JournalReader(path.join(this.folder, 'journal')).read();
    const completed = entries.flatMap(({record}) =>
      record.type === 'ended' && record.state === 'finished' ? [record.trial] : [],
    );
    return trials.map((trial) => completed.filter((one) => one === trial).length);
  }

  /** What the queue says of each task of the newest array, by index. */
  async queue(job = this.job): Promise<ReadonlyMap<number, string>> {
    const text = await this.cluster.run('squeue', '-r', '-h', '-t', 'all', '-j', job, '-o', '%i|%T|%r|%B');
    return new Map(
      text.split('\n').map((line) => {
        const [id, ...rest] = line.split('|') as [string, ...string[]];
        return [Number(id.split('_')[1]), rest.join('|')] as const;
      }),
    );
  }

  /** Tasks that were queued again wait two minutes; these do not. */
  async release(job: string, indices: readonly number[]): Promise<void> {
    for (const index of indices) {
      const isWaiting = async (): Promise<boolean> =>
        (await this.queue(job)).get(index)?.startsWith('PENDING') ?? false;
      await this.cluster.until(`task ${index} waits`, isWaiting, 60);
      await this.cluster.run('scontrol', 'update', `JobId=${job}_${index}`, 'StartTime=now');
    }
  }

  private trialFile(trial: number, name: string): string {
    return path.join(this.folder, 'trials', String(trial).padStart(4, '0'), name);
  }
}
