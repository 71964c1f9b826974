import {Rng} from '../../../support/random.js';
import type {Assignment} from '../../space/search-space.js';
import {normalQuantile} from '../normal.js';
import {isRanked, rankObservations} from '../ranking.js';
import type {Observation} from '../sampler.js';
import {type Coordinate, unitsOf} from './coordinates.js';
import {type Evolution, evolve, type Offspring, startEvolution, withEigen} from './evolution.js';
import {defaultPopulation} from './strategy.js';

/** A distribution to draw from, and how many points it takes to make the next. */
export interface Stage {
  readonly evolution: Evolution;
  readonly population: number;
  /** How often the search has begun anew. */
  readonly numRestarts: number;
  /** The best score of each generation since it began. */
  readonly bestScores: readonly number[];
}

export interface ReplayOptions {
  readonly coordinates: readonly Coordinate[];
  readonly seed: number;
  /** The first step size, as a share of the ranges. */
  readonly sigma: number;
  readonly population?: number | undefined;
  readonly restarts: boolean;
  /** What a stage suggests for a point: the coordinates drawn and the values they stand for; undefined if nothing feasible came. */
  draw(stage: Stage, point: number): {readonly units: Float64Array; readonly assignment: Assignment} | undefined;
}

/** The points that a stage was made of, failed ones included. */
export interface Generation {
  readonly points: readonly Observation[];
  readonly after: Stage;
}

const isSameForUs = (a: Observation, b: Observation | undefined, coordinates: readonly Coordinate[]): boolean =>
  a === b ||
  (b !== undefined &&
    a.state === b.state &&
    a.score === b.score &&
    a.epoch === b.epoch &&
    coordinates.every(({name}) => a.assignment[name] === b.assignment[name]));

/** How many stages back a point that was claimed early may come from. */
const maxLag = 20;

/**
 * All stages, the current one last. Points are taken in blocks in the order of their numbers; a generation is over when all of its
 * block have ended, so what was learnt never depends on which points of another block were faster. Points that failed are left out: if
 * more than half did, the generation waits for another block. A generation with fewer points takes the constants for so many.
 * @param known what an earlier call worked out, so that it is not done again; added to, and what no longer holds is removed
 */
export function replay(
  observations: readonly Observation[],
  options: ReplayOptions,
  known: Generation[] = [],
): readonly Stage[] {
  const byPoint = new Map(observations.map((observation) => [observation.point, observation]));
  const isSame = (old: Observation): boolean => isSameForUs(old, byPoint.get(old.point), options.coordinates);
  const stale = known.findIndex(({points}) => !points.every(isSame));
  if (stale >= 0) known.splice(stale);
  const stages: Stage[] = [firstStage(options, 0), ...known.map(({after}) => after)];
  let next = 1 + known.reduce((sum, {points}) => sum + points.length, 0);
  let waiting: Observation[] = [];
  for (;;) {
    const stage = stages.at(-1)!;
    const block = Array.from({length: stage.population}, (_, i) => byPoint.get(next + i));
    if (!block.every((observation) => observation !== undefined && observation.state !== 'running')) return stages;
    next += stage.population;
    waiting.push(...(block as Observation[]));
    if (2 * waiting.filter(isRanked).length < stage.population) continue;
    const after = nextStage(stages, waiting, options);
    known.push({points: waiting, after});
    stages.push(after);
    waiting = [];
  }
}

/** In the middle of the space; after a restart anywhere, with twice as many points a generation (IPOP: Auger and Hansen 2005). */
function firstStage({coordinates, seed, sigma, population}: ReplayOptions, numRestarts: number): Stage {
  const rng = Rng.fromSeed(seed).split('restart').split(numRestarts);
  const mean = Float64Array.from(coordinates, () => (numRestarts === 0 ? 0.5 : rng.uniform()));
  return {
    evolution: startEvolution(mean, sigma),
    population: (population ?? defaultPopulation(coordinates.length)) * 2 ** numRestarts,
    numRestarts,
    bestScores: [],
  };
}

function nextStage(stages: readonly Stage[], generation: readonly Observation[], options: ReplayOptions): Stage {
  const stage = stages.at(-1)!;
  const ranked = rankObservations(generation);
  const evolution = keepMoving(
    evolve(
      stage.evolution,
      ranked.map((observation) => offspringOf(observation, stages, options)),
    ),
    options.coordinates,
    stage.population,
  );
  const next = {...stage, evolution, bestScores: [...stage.bestScores, ranked[0]!.score ?? Number.POSITIVE_INFINITY]};
  return options.restarts && isSpent(next) ? firstStage(options, stage.numRestarts + 1) : next;
}

/** Draws the point again, from the current stage or from those before it, to know its coordinates before they were rounded or left out. */
function offspringOf({point, assignment}: Observation, stages: readonly Stage[], options: ReplayOptions): Offspring {
  const {coordinates, draw} = options;
  const last = stages.length - 1;
  for (let index = last; index >= Math.max(0, last - maxLag); index--) {
    const drawn = draw(stages[index]!, point);
    if (drawn && coordinates.every(({name}) => drawn.assignment[name] === assignment[name])) {
      return {x: drawn.units, isInjected: index !== last};
    }
  }
  return {x: unitsOf(coordinates, assignment, stages[last]!.evolution.mean), isInjected: true};
}

/**
 * Keeps the deviation of stepped coordinates so large that from the middle of a cell a draw leaves it with chance 1 / (nλ): otherwise
 * all points of a generation would be rounded to the same value and it could never change again (the idea of CMA-ES with margin,
 * Hamano et al. 2022).
 */
function keepMoving(evolution: Evolution, coordinates: readonly Coordinate[], population: number): Evolution {
  const n = coordinates.length;
  const smallest = -0.5 / normalQuantile(1 / (2 * n * population));
  const factors = coordinates.map(({cellAt}, i) => {
    const deviation = evolution.sigma * Math.sqrt(evolution.covariance[i * n + i]!);
    return Math.max(1, (smallest * cellAt(evolution.mean[i]!)) / deviation);
  });
  if (factors.every((factor) => factor === 1)) return evolution;
  const covariance = evolution.covariance.map((value, at) => value * factors[Math.floor(at / n)]! * factors[at % n]!);
  return withEigen({...evolution, covariance});
}

/** Whether another generation would bring nothing: deviations below 10⁻⁸ or above ten times the ranges, a needle of a distribution, scores all the same. */
function isSpent({evolution, population, bestScores}: Stage): boolean {
  const {mean, sigma, scales} = evolution;
  const [largest, smallest] = [Math.max(...scales), Math.min(...scales)];
  if (sigma * largest < 1e-8 || sigma * largest > 10 || largest / smallest > 1e7) return true;
  const numRecent = 10 + Math.ceil((30 * mean.length) / population);
  const recent = bestScores.slice(-numRecent);
  return recent.length === numRecent && Math.max(...recent) - Math.min(...recent) <= 1e-12;
}
