import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {Rng} from '../../support/random.js';
import type {Assignment, SearchSpace} from '../space/search-space.js';
import {defineSampler} from './definition.js';
import {assign, maxAttempts, tooFewFeasible} from './feasible.js';
import {maxSobolDimensions, sobolSequence} from './sobol-sequence.js';
import {valueOfUnit} from './values.js';

/** Feasible points of the sequence of one seed, in its order. */
function feasiblePoints(space: SearchSpace, seed: number, scramble: boolean): (number: number) => Assignment {
  const rng = Rng.fromSeed(seed).split('sobol');
  const scrambles = space.parameters.map(({name}) => rng.split(name).nextUint32());
  const sequence = sobolSequence(space.parameters.length, scramble ? scrambles : undefined);
  const dimensions = new Map(space.parameters.map(({name}, dimension) => [name, dimension]));
  const found: number[] = [];
  let next = 0;
  const at = (index: number): Assignment => {
    const units = sequence(index);
    return assign(space, ({name, distribution}) => valueOfUnit(distribution, units[dimensions.get(name)!]!));
  };
  return (number) => {
    while (found.length < number) {
      if (next - (found.at(-1) ?? -1) > maxAttempts) throw tooFewFeasible();
      if (space.isFeasible(at(next))) found.push(next);
      next++;
    }
    return at(found[number - 1]!);
  };
}

/** Sobol's sequence: point p is the p-th of the sequence that keeps the constraints, so what is left stays evenly spread. */
export const sobol = defineSampler({
  type: 'sobol',
  summary: 'Spreads points evenly over the space: a scrambled Sobol sequence. Best with 2^k points.',
  args: Type.Object({
    scramble: Type.Boolean({
      default: true,
      description:
        "Owen's scrambling by the sweep's `seed`: another seed gives other points, as evenly spread. Without it all seeds give the same points, the first one in the lowest corner.",
    }),
  }),
  build: ({scramble}, space) => {
    if (space.parameters.length > maxSobolDimensions) {
      throw new ExpError(
        'USAGE',
        `the sampler sobol is for up to ${maxSobolDimensions} parameters; the sweep has ${space.parameters.length}`,
        'Use `sampler: random`, which has no such bound.',
      );
    }
    const sequences = new Map<number, (number: number) => Assignment>();
    return {
      isAdaptive: false,
      suggest: ({point, seed}) => {
        const known = sequences.get(seed) ?? feasiblePoints(space, seed, scramble);
        sequences.set(seed, known);
        return known(point);
      },
    };
  },
});
