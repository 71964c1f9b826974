import type {Ledger} from '../../runs/sweep/ledger.js';
import type {StopRequest, TrialRecord} from '../../runs/sweep/records.js';
import type {LoadedSweep} from '../loaded-sweep.js';
import {observationsOf, scoreOf} from './history.js';

/**
 * Why no more trials are to be begun after this one, though there are some left: it reached the target, or too many failed since the sweep was begun or
 * resumed.
 */
export function whyToStop(
  ledger: Ledger,
  sweep: Pick<LoadedSweep, 'spec' | 'metric' | 'seeds'>,
  {trial, session}: {readonly trial: number; readonly session: number},
): Omit<StopRequest, 'at'> | undefined {
  const last = ledger.get(trial);
  if (last?.state === 'finished') return whyReached(ledger, sweep, last);
  const {spec} = sweep;
  const isFailure = ({state, trial}: TrialRecord): boolean =>
    (state === 'failed' || state === 'crashed') && ledger.numFailures(trial, session) > spec.retries;
  if (!last || !isFailure(last)) return undefined;
  if (spec.failFast) return {after: 'now', by: 'failures', why: `trial ${trial} failed: ${last.message ?? last.state}`};
  const recent = ledger.trials.filter(({endedAt}) => endedAt !== undefined);
  recent.sort((a, b) => (a.endedAt! < b.endedAt! ? 1 : -1));
  const numInARow = recent.findIndex((one) => !isFailure(one));
  const numFailed = numInARow < 0 ? recent.length : numInARow;
  if (numFailed < spec.maxConsecutiveFailures) return undefined;
  return {
    after: 'now',
    by: 'failures',
    why: `${numFailed} trials in a row failed; the last one: ${last.message ?? last.state}`,
  };
}

function whyReached(
  ledger: Ledger,
  {spec: {target}, metric: {name, goal}, seeds}: Pick<LoadedSweep, 'spec' | 'metric' | 'seeds'>,
  {point}: TrialRecord,
): Omit<StopRequest, 'at'> | undefined {
  if (target === undefined) return undefined;
  const members = ledger.trials.filter((one) => one.point === point);
  const [observation] = observationsOf(members, {goal, numSeeds: seeds.length});
  if (observation?.state !== 'finished' || observation.score === undefined) return undefined;
  if (observation.score > scoreOf(target, goal)) return undefined;
  const value = goal === 'maximize' ? -observation.score : observation.score;
  return {after: 'trial', by: 'target', why: `the target was reached: ${name} ${value} of point ${point}`};
}
