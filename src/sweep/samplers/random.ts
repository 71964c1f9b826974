import {Type} from '@sinclair/typebox';
import {Rng} from '../../support/random.js';
import type {Assignment, SearchSpace} from '../space/search-space.js';
import {defineSampler} from './definition.js';
import {assign, firstAccepted, tooFewFeasible} from './feasible.js';
import type {SuggestionRequest} from './sampler.js';
import {valueOfUnit} from './values.js';

/** The random numbers of one suggestion. */
export const streamOf = ({seed, point}: Pick<SuggestionRequest, 'seed' | 'point'>): Rng =>
  Rng.fromSeed(seed).split('suggestion').split(point);

/** A point drawn uniformly, feasible or not. */
export const uniformPoint = (space: SearchSpace, rng: Rng): Assignment =>
  assign(space, ({distribution}) => valueOfUnit(distribution, rng.uniform()));

/** A feasible point drawn uniformly. @throws ExpError USAGE if none is found */
export function randomPoint(space: SearchSpace, rng: Rng): Assignment {
  const found = firstAccepted(
    (assignment) => space.isFeasible(assignment),
    rng,
    (stream) => uniformPoint(space, stream),
  );
  if (found === undefined) throw tooFewFeasible();
  return found;
}

/** Independent points: the baseline for every other sampler, and never fooled by a noisy metric. */
export const random = defineSampler({
  type: 'random',
  summary: 'Draws every point on its own, uniformly (on a log scale, its logarithm).',
  args: Type.Object({}),
  build: (_spec, space) => ({
    isAdaptive: false,
    suggest: (request) => randomPoint(space, streamOf(request)),
  }),
});
