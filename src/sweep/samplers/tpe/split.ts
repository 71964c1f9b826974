import {rankObservations} from '../ranking.js';
import type {Observation} from '../sampler.js';

/** How many of n observed points are the good ones: a tenth, 25 at most. */
export const numGood = (n: number): number => Math.min(Math.ceil(0.1 * n), 25);

/**
 * The good points and the rest, each in the order of their numbers. Pruned points are good only after all finished ones. Running points
 * are among the rest, so that others keep away from them (the "constant liar"), and so are failed ones: they failed where they are.
 */
export function splitObservations(observations: readonly Observation[]): {
  readonly good: readonly Observation[];
  readonly rest: readonly Observation[];
} {
  const ranked = rankObservations(observations);
  const best = new Set(ranked.slice(0, numGood(ranked.length)));
  const inOrder = [...observations].sort((a, b) => a.point - b.point);
  return {
    good: inOrder.filter((observation) => best.has(observation)),
    rest: inOrder.filter((observation) => !best.has(observation)),
  };
}
