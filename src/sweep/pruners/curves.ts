import type {LearningCurve, PruningContext} from './pruner.js';

/** The epoch just reported; undefined before the first one. */
export function lastEpoch({scores}: LearningCurve): number | undefined {
  let last: number | undefined;
  for (const epoch of scores.keys()) last = epoch;
  return last;
}

/** The best of some scores, NaN apart; NaN if there is no other. */
export function bestScore(scores: Iterable<number>): number {
  let best = Number.NaN;
  for (const score of scores) if (!(best <= score) && !Number.isNaN(score)) best = score;
  return best;
}

/** A score as people know it: with the metric's own sign, in four figures. */
export const metricText = (score: number, goal: PruningContext['goal']): string =>
  String(Number((goal === 'maximize' ? 0 - score : score).toPrecision(4)));
