import type {Observation} from '../sampler.js';

/** How many of n observed points are the good ones: a tenth, 25 at most. */
export const numGood = (n: number): number => Math.min(Math.ceil(0.1 * n), 25);

/** Whether a point's score says how good it is. */
export const hasScore = ({state, score}: Observation): boolean =>
  (state === 'finished' && score !== undefined && !Number.isNaN(score)) || state === 'pruned';

/** A pruned point is better the further it came, then by its score; one that has none comes last. */
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

/**
 * The good points and the rest, each in the order of their numbers. Pruned points are good only after all finished ones. Running points
 * are among the rest, so that others keep away from them (the "constant liar"), and so are failed ones: they failed where they are.
 */
export function splitObservations(observations: readonly Observation[]): {
  readonly good: readonly Observation[];
  readonly rest: readonly Observation[];
} {
  const scored = observations.filter(hasScore);
  const finished = scored
    .filter(({state}) => state === 'finished')
    .sort((a, b) => compareScores(a.score!, b.score!) || a.point - b.point);
  const pruned = scored.filter(({state}) => state === 'pruned').sort(comparePruned);
  const best = new Set([...finished, ...pruned].slice(0, numGood(scored.length)));
  const inOrder = [...observations].sort((a, b) => a.point - b.point);
  return {
    good: inOrder.filter((observation) => best.has(observation)),
    rest: inOrder.filter((observation) => !best.has(observation)),
  };
}
