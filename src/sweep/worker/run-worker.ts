import path from 'node:path';
import {listenForInterrupts} from '../../experiment/interrupt.js';
import type {Worker} from '../../runs/sweep/attempts.js';
import {ExpError, exitCodes} from '../../support/errors.js';
import {concludeUnattended} from '../conclude-unattended.js';
import {type Shard, shardHas} from '../shard.js';
import {workerName} from '../worker-name.js';
import {openJob} from './job.js';
import {work} from './worker.js';

export interface RunWorkerRequest {
  readonly folder: string;
  /** Which of the workers; in its name, for people. */
  readonly slot: number;
  readonly trials: ReadonlySet<number> | undefined;
  readonly shard: Shard | undefined;
  readonly maxTrials: number | undefined;
  /** Of its trials, where the experiment leaves open which of several it is. */
  readonly device: string | undefined;
}

/**
 * One worker, as a process: makes trials until none is left. SIGTERM and the like, and the end of the process that started it, make it save a checkpoint
 * of its trial and end.
 * @returns the exit code: 0, or 130 when it was interrupted
 * @throws ExpError what every worker would meet; whoever started it is told
 */
export async function runWorker({folder, slot, trials, shard, device, maxTrials}: RunWorkerRequest): Promise<number> {
  const say = (message: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${message}\n`);
  };
  // For as long as the process is there: a notice that comes when all is done must not count as a failure.
  process.on('SIGUSR1', () => {});
  const abort = new AbortController();
  const interrupts = listenForInterrupts({first: () => say('stopping: a checkpoint is saved'), second: () => {}});
  const end = (): void => abort.abort();
  process.once('disconnect', end);
  try {
    const job = await openJob(path.resolve(folder), {device});
    const result = await work(job, {
      worker: identity(slot),
      mayTake: (trial) => (trials?.has(trial) ?? true) && (!shard || shardHas(shard, trial, job.sweep.seeds.length)),
      ...(maxTrials === undefined ? {} : {maxTrials}),
      signal: AbortSignal.any([interrupts.signal, abort.signal]),
      notify: say,
      onSuperseded(trial) {
        say(`trial ${trial} was taken over by another worker`);
        process.exit(0);
      },
    });
    concludeUnattended(job);
    return result === 'interrupted' ? exitCodes.INTERRUPTED : 0;
  } catch (error) {
    if (error instanceof ExpError) {
      const {code, message, hint} = error;
      process.send?.({error: {code, message, ...(hint === undefined ? {} : {hint})}});
    }
    throw error;
  } finally {
    interrupts.stop();
    process.off('disconnect', end);
    if (process.connected) process.disconnect();
  }
}

/** Who this process is. A task of Slurm is known by its number, and by how often it was started again. */
function identity(slot: number): Worker {
  const {SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: index, SLURM_RESTART_COUNT: restarts = '0'} = process.env;
  const worker = workerName(`worker-${slot}`);
  if (job === undefined || index === undefined) return {worker};
  return {worker, task: {id: `${job}_${index}`, restart: Number(restarts)}};
}
