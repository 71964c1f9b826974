import {ExpError} from '../support/errors.js';
import type {LoadedSweep} from './loaded-sweep.js';

/** One of several parts of a sweep that know nothing of each other: jobs of a CI matrix. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** `2/4` @throws ExpError USAGE */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
  const shard = {index: Number(index), count: Number(count)};
  if (index !== undefined && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new ExpError(
    'USAGE',
    `--shard ${text} is no shard`,
    'write which of how many, the first one is 1: --shard 1/4',
  );
}

/** Whether a trial is of this shard. Points are dealt out in turn; the seeds of one stay together. */
export const shardHas = ({index, count}: Shard, trial: number, numSeeds: number): boolean =>
  Math.floor((trial - 1) / numSeeds) % count === index - 1;

/** @throws ExpError USAGE if the trials of one shard depend on those of the others */
export function checkShard(
  {index, count}: Shard,
  {spec, sampler, pruner, numTrials}: Pick<LoadedSweep, 'spec' | 'sampler' | 'pruner' | 'numTrials'>,
): void {
  const shard = `--shard ${index}/${count}`;
  if (sampler.isAdaptive) {
    throw new ExpError(
      'USAGE',
      `${shard} is not possible with sampler ${spec.sampler.type}: it learns from all trials, and a shard sees only its own`,
      'use grid, random or sobol, or a single job with `parallel`',
    );
  }
  if (spec.pruner && pruner?.comparesTrials) {
    throw new ExpError(
      'USAGE',
      `${shard} is not possible with pruner ${spec.pruner.type}: it compares all trials, and a shard sees only its own`,
      'use patience (without a `pruner` of its own that compares) or threshold, or leave the pruner out',
    );
  }
  if (numTrials === undefined) {
    throw new ExpError('USAGE', `${shard} needs a number of trials to divide`, 'set maxTrials in the sweep');
  }
}
