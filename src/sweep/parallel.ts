import {availableParallelism} from 'node:os';
import {ExpError} from '../support/errors.js';
import type {SweepSpec} from './section.js';

/**
 * How many trials run at a time, and with how many cores each.
 * @param asked.parallel `auto`: as many as the cores allow
 * @param asked.threads of each trial; when left out one with `auto`, else the cores divided by `parallel`
 */
export function divideCores(
  asked: {readonly parallel: number | 'auto'; readonly threads?: number | undefined},
  numCores = availableParallelism(),
): {readonly parallel: number; readonly threads: number} {
  if (asked.parallel === 'auto') {
    const threads = asked.threads ?? 1;
    return {parallel: Math.max(1, Math.floor(numCores / threads)), threads};
  }
  return {parallel: asked.parallel, threads: asked.threads ?? Math.max(1, Math.floor(numCores / asked.parallel))};
}

/**
 * The same for a sweep, by where it trains: the cores of this machine say nothing of a cluster's.
 * @throws ExpError USAGE for `auto` on a cluster
 */
export function divideFor(
  {parallel, threads, slurm, executor}: Pick<SweepSpec, 'parallel' | 'threads' | 'slurm' | 'executor'>,
  asked: {readonly parallel?: number | 'auto' | undefined; readonly executor?: SweepSpec['executor'] | undefined},
): {readonly parallel: number; readonly threads: number} {
  const wanted = asked.parallel ?? parallel;
  const name = asked.executor ?? executor;
  if (name === 'local') return divideCores({parallel: wanted, threads});
  if (wanted !== 'auto') return {parallel: wanted, threads: threads ?? slurm?.cpus ?? 1};
  throw new ExpError(
    'USAGE',
    `parallel: auto counts the cores of this machine, and executor ${name} trains elsewhere`,
    'say how many trials may run at a time: parallel: 8',
  );
}
