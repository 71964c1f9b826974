import type {Distribution, Json} from './distribution.js';
import {numericValues, numValues} from './numeric.js';
import type {Assignment} from './search-space.js';
import type {SweepSpace} from './sweep-space.js';

/** So many points of a space are tried on the experiment before anything is trained; about a millisecond each. */
export const maxCheckedPoints = 500;

/** Values of a range are all tried if there are no more. */
const maxValues = 12;

/**
 * Points to try: all combinations of the values, ends for ranges, if they are not too many. Else every value of each parameter at least
 * once, the others being at their first values and at their last, and combinations until there are enough.
 */
export function pointsToCheck(space: SweepSpace): readonly Assignment[] {
  const whole = combinations(space, (distribution) => valuesToTry(distribution), maxCheckedPoints);
  if (whole) return whole;
  const points = new Map<string, Assignment>();
  const add = (point: Assignment): void => {
    if (points.size < maxCheckedPoints && space.isFeasible(point)) points.set(JSON.stringify(point), point);
  };
  for (const end of [0, -1]) {
    for (const {name, distribution} of space.definitions) {
      for (const value of valuesToTry(distribution)) {
        add(space.assign((other) => (other.name === name ? value : valuesToTry(other.distribution).at(end)!)));
      }
    }
  }
  // Every pair of values meets sooner or later: parameter k takes its next value with the k-th stride.
  const strides = space.definitions.map((_, k) => 2 * k + 1);
  const indices = new Map(space.definitions.map(({name}, k) => [name, k]));
  for (let i = 0; i < 4 * maxCheckedPoints; i++) {
    add(
      space.assign(({name, distribution}) => {
        const values = valuesToTry(distribution);
        return values[Math.floor(i / strides[indices.get(name)!]!) % values.length]!;
      }),
    );
  }
  return [...points.values()];
}

/** All feasible combinations; undefined if they are more than so many. */
function combinations(
  space: SweepSpace,
  valuesOf: (distribution: Distribution) => readonly Json[],
  most: number,
): readonly Assignment[] | undefined {
  const points: Assignment[] = [];
  let numVisited = 0;
  const visit = (index: number, before: Assignment): boolean => {
    const parameter = space.definitions[index];
    if (!parameter) {
      if (++numVisited > 10 * most) return false;
      if (space.isFeasible(before)) points.push(before);
      return points.length <= most;
    }
    if (!space.isActive(parameter, before)) return visit(index + 1, before);
    return valuesOf(parameter.distribution).every((value) => visit(index + 1, {...before, [parameter.name]: value}));
  };
  return visit(0, {}) ? points : undefined;
}

function valuesToTry(distribution: Distribution): readonly Json[] {
  if (distribution.kind === 'categorical') return distribution.choices;
  const few = (numValues(distribution) ?? Number.POSITIVE_INFINITY) <= maxValues;
  return few ? numericValues(distribution)! : [distribution.low, distribution.high];
}
