import {sampleOf} from '../comparison/statistics.js';
import type {RunGroup, RunSummary} from '../runs/records.js';
import type {ErrorCode} from '../support/errors.js';
import type {MetricValues} from '../training/events.js';

/** How one run of a group ended. */
export interface GroupRun extends Omit<RunGroup, 'id' | 'numRuns'> {
  /** `notStarted`: the group ended before. */
  readonly state: 'finished' | 'diverged' | 'failed' | 'interrupted' | 'notStarted';
  /** The run folder. */
  readonly path?: string;
  /** Present if the run finished. */
  readonly metrics?: RunSummary['metrics'];
  /** Why it diverged or failed. */
  readonly error?: {readonly code: ErrorCode; readonly message: string; readonly hint?: string};
}

/** A metric over the runs that have it. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation, divided by n − 1; absent for a single run. */
  readonly std?: number;
  readonly numRuns: number;
}

/** How a group of runs ended. */
export interface GroupEnding {
  readonly id: string;
  readonly runs: readonly GroupRun[];
  /** Over the finished runs, by column: of the last epoch, of the best epoch, of the test set. */
  readonly spread: Readonly<Record<'final' | 'best' | 'test', Readonly<Record<string, Spread>>>>;
}

/** `fold 2 of 5, seed 3`: what tells a run from the others of its group. */
export function memberLabel({seed, fold, numFolds}: Pick<RunGroup, 'seed' | 'fold' | 'numFolds'>): string {
  const parts = [fold === undefined ? '' : `fold ${fold} of ${numFolds}`, seed === undefined ? '' : `seed ${seed}`];
  return parts.filter(Boolean).join(', ');
}

/** `run 2 of 6 of abcdefgh: fold 2 of 3, seed 1` */
export const groupText = (group: RunGroup): string =>
  `run ${group.run} of ${group.numRuns} of ${group.id}: ${memberLabel(group)}`;

/** Mean and standard deviation of every metric of the finished runs. */
export function spreadOf(runs: readonly GroupRun[]): GroupEnding['spread'] {
  const finished = runs.flatMap(({metrics}) => (metrics ? [metrics] : []));
  return {
    final: spreads(finished.map(({final}) => final)),
    best: spreads(finished.flatMap(({best}) => (best ? [best.metrics] : []))),
    test: spreads(finished.flatMap(({test}) => (test ? [test] : []))),
  };
}

function spreads(rows: readonly MetricValues[]): Record<string, Spread> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((name) => [name, spread(rows.flatMap((row) => row[name] ?? []))]));
}

/** @param values at least one */
function spread(values: readonly number[]): Spread {
  const {mean, std} = sampleOf(values);
  return {mean, ...(std === undefined ? {} : {std}), numRuns: values.length};
}
