import path from 'node:path';
import {Value} from '@sinclair/typebox/value';
import type {Accelerator} from '../../engine/pinning.js';
import {ExpError} from '../../support/errors.js';
import type {SlurmSpec} from '../section.js';
import type {Shard} from '../shard.js';
import {slurmSection} from '../slurm-section.js';
import type {SweepJob} from '../worker/job.js';
import type {Executor, WorkerTask} from './executor.js';
import {parseBytes} from './local/bytes.js';
import {LocalExecutor} from './local/local-executor.js';
import {longLivedTasks, tasksOfTrials} from './slurm/tasks.js';
import {programPath} from './worker-command.js';

export type ExecutorName = SweepJob['sweep']['spec']['executor'];

export interface ExecutorChoice {
  readonly name: ExecutorName;
  /** Workers at the same time. */
  readonly parallel: number;
  /** GPUs of this machine that they share. */
  readonly accelerators?: readonly Accelerator[];
}

/** The executor of that name. Slurm's code is loaded only where it is asked for. */
export async function createExecutor(
  job: SweepJob,
  {name, parallel, accelerators = []}: ExecutorChoice,
): Promise<Executor> {
  const {folder, sweep} = job;
  const {memoryLimit} = sweep.spec;
  switch (name) {
    case 'local':
      return new LocalExecutor({
        folder: folder.path,
        logs: folder.fileOf('logs'),
        parallel,
        threads: folder.plan.threads,
        accelerators,
        memoryLimitBytes: memoryLimit === undefined ? undefined : parseBytes(memoryLimit),
      });
    case 'slurm': {
      const {SlurmExecutor} = await import('./slurm/executor.js');
      return new SlurmExecutor({
        sweepFolder: path.resolve(folder.path),
        sweepId: folder.id,
        spec: slurmSpecOf(sweep.spec),
        parallel,
        startFolder: process.cwd(),
        command: [process.execPath, programPath()],
      });
    }
    default:
      throw new ExpError('USAGE', `there is no executor ${String(name satisfies never)}`);
  }
}

/** `slurm:` of a sweep; all defaults where it is left out. */
export const slurmSpecOf = ({slurm}: Pick<SweepJob['sweep']['spec'], 'slurm'>): SlurmSpec =>
  slurm ?? Value.Create(slurmSection);

/**
 * The workers to start for the trials that are missing.
 * @param missing by number; of a sweep without a planned number those that were begun
 */
export function tasksFor(
  job: {readonly sweep: Pick<SweepJob['sweep'], 'numTrials' | 'sampler' | 'spec'>},
  {
    name,
    parallel,
    shard,
    missing,
  }: ExecutorChoice & {readonly shard?: Shard | undefined; readonly missing: readonly number[]},
): readonly WorkerTask[] {
  const {numTrials, sampler, spec} = job.sweep;
  const numUseful = numTrials === undefined ? parallel : Math.min(parallel, missing.length);
  switch (name) {
    case 'slurm':
      if (!sampler.isAdaptive && numTrials !== undefined) {
        return tasksOfTrials(missing, slurmSpecOf(spec).trialsPerTask);
      }
      return longLivedTasks(numUseful);
    case 'local':
      return Array.from({length: numUseful}, (_, slot) => ({slot, ...(shard ? {shard} : {})}));
    default:
      throw new ExpError('USAGE', `there is no executor ${String(name satisfies never)}`);
  }
}
