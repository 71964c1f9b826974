import type {TrialRecord} from '../../runs/sweep/records.js';
import type {Observation} from '../samplers/sampler.js';

/** What samplers and pruners are told of a metric: lower is better, whatever the goal. */
export const scoreOf = (value: number, goal: 'minimize' | 'maximize'): number => (goal === 'maximize' ? -value : value);

/**
 * Trials as the points that samplers know: one of several seeds has the mean of their scores, is finished when all are, and failed when one has no score.
 * @param trials by number
 */
export function observationsOf(
  trials: readonly TrialRecord[],
  {goal, numSeeds}: {readonly goal: 'minimize' | 'maximize'; readonly numSeeds: number},
): readonly Observation[] {
  const points = new Map<number, TrialRecord[]>();
  for (const trial of trials) {
    const others = points.get(trial.point);
    if (others) others.push(trial);
    else points.set(trial.point, [trial]);
  }
  return [...points].sort(([a], [b]) => a - b).map(([point, members]) => observationOf(point, members, goal, numSeeds));
}

function observationOf(
  point: number,
  members: readonly TrialRecord[],
  goal: 'minimize' | 'maximize',
  numSeeds: number,
): Observation {
  const base = {point, assignment: members[0]!.values};
  const isFailed = members.some(({state}) => state === 'failed' || state === 'diverged' || state === 'crashed');
  if (isFailed) return {...base, state: 'failed'};
  const done = members.filter(({state}) => state === 'finished' || state === 'pruned');
  if (done.length < numSeeds) return {...base, state: 'running'};
  const scores = done.flatMap(({value}) => (value === undefined || Number.isNaN(value) ? [] : [scoreOf(value, goal)]));
  if (scores.length < numSeeds) return {...base, state: 'failed'};
  const score = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const epoch = Math.max(...done.map(({epochs = 0}) => epochs));
  return {...base, state: done.every(({state}) => state === 'finished') ? 'finished' : 'pruned', score, epoch};
}
