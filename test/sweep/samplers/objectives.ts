import {buildSampler, type SamplerSpec} from '../../../src/sweep/samplers/index.js';
import type {Observation} from '../../../src/sweep/samplers/sampler.js';
import type {Distribution} from '../../../src/sweep/space/distribution.js';
import type {Assignment, SearchSpace} from '../../../src/sweep/space/search-space.js';

/** A function of which the least value is known. */
export interface Objective {
  readonly name: string;
  readonly space: SearchSpace;
  readonly minimum: number;
  evaluate(assignment: Assignment): number;
}

/** A space without conditions and constraints. */
export const spaceOf = (distributions: Readonly<Record<string, Distribution>>): SearchSpace => ({
  parameters: Object.entries(distributions).map(([name, distribution]) => ({name, distribution})),
  isActive: () => true,
  isFeasible: () => true,
});

const between = (low: number, high: number): Distribution => ({kind: 'float', low, high, scale: 'linear'});

/** Branin's function; three minima (Dixon and Szegö 1978). */
export const branin: Objective = {
  name: 'branin',
  space: spaceOf({x: between(-5, 10), y: between(0, 15)}),
  minimum: 0.39788735772973816,
  evaluate: (assignment) => {
    const [x, y] = [assignment.x as number, assignment.y as number];
    const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
    return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const alpha = [1, 1.2, 3, 3.2];
const widths = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const centres = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];

/** Hartmann's function of six dimensions (Dixon and Szegö 1978). */
export const hartmann6: Objective = {
  name: 'hartmann6',
  space: spaceOf(Object.fromEntries(Array.from({length: 6}, (_, i) => [`x${i}`, between(0, 1)]))),
  minimum: -3.322368011415515,
  evaluate: (assignment) =>
    -alpha.reduce((sum, weight, row) => {
      const exponent = widths[row]!.reduce(
        (total, width, i) => total + width * ((assignment[`x${i}`] as number) - centres[row]![i]! / 1e4) ** 2,
        0,
      );
      return sum + weight * Math.exp(-exponent);
    }, 0),
};

/** How far the best of the first 1, 2, … points is above the least value, the points being tried one after another. */
export function regrets(spec: SamplerSpec, objective: Objective, seed: number, numPoints: number): readonly number[] {
  const sampler = buildSampler(spec, objective.space);
  const observations: Observation[] = [];
  let best = Number.POSITIVE_INFINITY;
  return Array.from({length: numPoints}, (_, i) => {
    const point = i + 1;
    const assignment = sampler.suggest({point, seed, observations});
    const score = objective.evaluate(assignment);
    observations.push({point, assignment, state: 'finished', score});
    best = Math.min(best, score);
    return best - objective.minimum;
  });
}
