import {ExpError} from '../../support/errors.js';
import type {Distribution, Json} from './distribution.js';
import {numericValues} from './numeric.js';
import type {Assignment, SearchSpace} from './search-space.js';

/** More points than this nobody trains; it is what a grid of fine steps comes to by mistake. */
export const maxGridPoints = 100_000;

/** Combinations that are looked at, whether they keep the constraints or not. */
const maxVisited = 2_000_000;

/**
 * Every feasible point of a space, the first parameter varying slowest; an inactive parameter is absent and multiplies nothing.
 * @throws ExpError USAGE for a range without an end to its values, for too many points, and for none
 */
export function gridOf(space: SearchSpace): readonly Assignment[] {
  const values = space.parameters.map(({name, distribution}) => valuesOf(name, distribution));
  const points: Assignment[] = [];
  let numVisited = 0;
  const visit = (index: number, before: Assignment): void => {
    const parameter = space.parameters[index];
    if (!parameter) {
      if (++numVisited > maxVisited) throw tooLarge(maxVisited, 'combinations');
      if (space.isFeasible(before) && points.push(before) > maxGridPoints) throw tooLarge(maxGridPoints, 'points');
      return;
    }
    if (!space.isActive(parameter, before)) {
      visit(index + 1, before);
      return;
    }
    for (const value of values[index]!) visit(index + 1, {...before, [parameter.name]: value});
  };
  visit(0, {});
  if (points.length === 0)
    throw new ExpError('USAGE', 'no point of the grid fulfils the constraints', 'loosen `constraints`');
  return points;
}

const tooLarge = (most: number, what: string): ExpError =>
  new ExpError(
    'USAGE',
    `the grid has more than ${most.toLocaleString('en-US')} ${what}`,
    'take fewer values, or {type: random} with maxTrials',
  );

/** What a grid takes of a parameter. @throws ExpError USAGE for a range without steps */
function valuesOf(name: string, distribution: Distribution): readonly Json[] {
  if (distribution.kind === 'categorical') return distribution.choices;
  const values = numericValues(distribution);
  if (values) return values;
  throw new ExpError(
    'USAGE',
    `a grid cannot take every value of ${name}: it is a range without a step`,
    'write `values: [...]` or a `step`, or take another sampler',
  );
}
