import {Type} from '@sinclair/typebox';
import {ExpError} from '../../../support/errors.js';
import type {Rng} from '../../../support/random.js';
import type {Assignment, SearchSpace} from '../../space/search-space.js';
import {defineSampler} from '../definition.js';
import {assign, firstAccepted} from '../feasible.js';
import {randomPoint, streamOf} from '../random.js';
import {valueOfUnit} from '../values.js';
import {type Coordinate, coordinatesOf} from './coordinates.js';
import {drawFrom} from './evolution.js';
import {type Generation, replay, type Stage} from './replay.js';

/** How often a draw outside the space, and a point that breaks the constraints, is drawn anew. */
const maxDraws = 100;

/** A draw inside the space; the last one is cut off at its ends. */
function unitsFrom({evolution}: Stage, rng: Rng): Float64Array {
  let units = drawFrom(evolution, rng);
  for (let draw = 1; draw < maxDraws && !units.every((unit) => unit >= 0 && unit <= 1); draw++) {
    units = drawFrom(evolution, rng);
  }
  return units.map((unit) => Math.min(1, Math.max(0, unit)));
}

/** What a stage suggests for a point, and the coordinates that it was made of. */
function drawPoint(space: SearchSpace, coordinates: readonly Coordinate[], stage: Stage, rng: Rng) {
  let units: Float64Array = new Float64Array();
  const indices = new Map(coordinates.map(({name}, index) => [name, index]));
  const assignment = firstAccepted(
    (proposed) => space.isFeasible(proposed),
    rng,
    (stream): Assignment => {
      units = unitsFrom(stage, stream.split('numbers'));
      const choices = stream.split('choices');
      return assign(space, ({name, distribution}) => {
        const index = indices.get(name);
        return index === undefined
          ? valueOfUnit(distribution, choices.uniform())
          : coordinates[index]!.numberAt(units[index]!);
      });
    },
    maxDraws,
  );
  return assignment && {units, assignment};
}

/** The covariance matrix adaptation evolution strategy on the numeric parameters, each from 0 to 1 on its scale; the others are random. */
export const cmaEs = defineSampler({
  type: 'cmaEs',
  summary: 'Moves a normal distribution towards good points: CMA-ES. For numbers, and some hundred trials or more.',
  args: Type.Object({
    sigma: Type.Number({
      default: 0.2,
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        'Standard deviation of the first generation around the middle of the space, as a share of the ranges; above 0, at most 1.',
    }),
    populationSize: Type.Optional(
      Type.Integer({
        minimum: 4,
        maximum: 10_000,
        description:
          'Points a generation, at least 4; by default 4 + ⌊3 ln n⌋ for n numeric parameters. Nothing is learnt until all of a generation has ended, so make it a multiple of `parallel`.',
      }),
    ),
    restarts: Type.Boolean({
      default: true,
      description:
        'Begin anew elsewhere, with twice as many points a generation, when the search has converged (IPOP). Rare below some hundred trials.',
    }),
  }),
  build: ({sigma, populationSize, restarts}, space) => {
    const coordinates = coordinatesOf(space);
    if (coordinates.length === 0) {
      throw new ExpError(
        'SPEC_INVALID',
        'cmaEs moves numbers, but no parameter is a range',
        'take {type: tpe}, or write ranges in place of values: {min, max}',
      );
    }
    const generations = new Map<number, Generation[]>();
    return {
      isAdaptive: true,
      suggest: ({point, seed, observations}) => {
        const streamFor = (number: number): Rng => streamOf({seed, point: number});
        const draw = (stage: Stage, number: number) => drawPoint(space, coordinates, stage, streamFor(number));
        const known = generations.get(seed) ?? [];
        generations.set(seed, known);
        const options = {coordinates, seed, sigma, population: populationSize, restarts, draw};
        const stage = replay(observations, options, known).at(-1)!;
        return draw(stage, point)?.assignment ?? randomPoint(space, streamFor(point).split('random'));
      },
    };
  },
});
