import type {Observation} from './sampler.js';

/** Whether how good a point is can be told: it finished with a number, or was pruned. */
export const isRanked = ({state, score}: Observation): boolean =>
  (state === 'finished' && score !== undefined && !Number.isNaN(score)) || state === 'pruned';

/**
 * The points that can be told apart, best first: finished ones by their score, then pruned ones, those that came further first and then
 * by score; one that was pruned before it had a score is last. Of equal ones the older is first.
 */
export function rankObservations(observations: readonly Observation[]): readonly Observation[] {
  const ranked = observations.filter(isRanked);
  const finished = ranked.filter(({state}) => state === 'finished');
  const pruned = ranked.filter(({state}) => state === 'pruned');
  return [
    ...finished.sort((a, b) => compareScores(a.score!, b.score!) || a.point - b.point),
    ...pruned.sort(comparePruned),
  ];
}

function comparePruned(a: Observation, b: Observation): number {
  const [reached, other] = [reachedBy(a), reachedBy(b)];
  return other.epoch - reached.epoch || compareScores(reached.score, other.score) || a.point - b.point;
}

const reachedBy = ({epoch, score}: Observation): {readonly epoch: number; readonly score: number} =>
  score === undefined
    ? {epoch: -1, score: 0}
    : {epoch: epoch ?? 0, score: Number.isNaN(score) ? Number.POSITIVE_INFINITY : score};

/** Infinities too, whose difference is no number. */
const compareScores = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
