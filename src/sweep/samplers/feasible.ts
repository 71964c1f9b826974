import {ExpError} from '../../support/errors.js';
import type {Rng} from '../../support/random.js';
import type {Json} from '../space/distribution.js';
import type {Assignment, Parameter, SearchSpace} from '../space/search-space.js';

/** How many points in a row may break the constraints. */
export const maxAttempts = 10_000;

/** A value for every parameter that is active, given those before it. */
export function assign(space: SearchSpace, choose: (parameter: Parameter) => Json): Assignment {
  const assignment: Record<string, Json> = {};
  for (const parameter of space.parameters) {
    if (space.isActive(parameter, assignment)) assignment[parameter.name] = choose(parameter);
  }
  return assignment;
}

/**
 * The first proposal that will do; each has a random stream of its own, so what one draws does not move the next.
 * @returns undefined if there is none among so many
 */
export function firstAccepted(
  accept: (assignment: Assignment) => boolean,
  rng: Rng,
  propose: (rng: Rng) => Assignment,
  attempts: number = maxAttempts,
): Assignment | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const assignment = propose(rng.split(attempt));
    if (accept(assignment)) return assignment;
  }
  return undefined;
}

/** What to say when no point was found. */
export const tooFewFeasible = (): ExpError =>
  new ExpError(
    'USAGE',
    `none of ${maxAttempts.toLocaleString('en')} points of the space meets the constraints`,
    'Loosen `constraints`, or narrow the ranges of `parameters` so that more of their combinations are allowed.',
  );
