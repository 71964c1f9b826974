import {Type} from '@sinclair/typebox';
import type {Rng} from '../../../support/random.js';
import type {Json} from '../../space/distribution.js';
import type {Assignment} from '../../space/search-space.js';
import {defineSampler} from '../definition.js';
import {assign, firstAccepted} from '../feasible.js';
import {randomPoint, streamOf, uniformPoint} from '../random.js';
import {isRanked} from '../ranking.js';
import type {Observation} from '../sampler.js';
import {valueOfUnit} from '../values.js';
import {type Codec, codecOf} from './codec.js';
import {type Mixture, mixtureLogDensities, sampleMixture} from './mixture.js';
import {parzenEstimator} from './parzen.js';
import {splitObservations} from './split.js';

/** How often a suggestion is made anew that breaks the constraints or was tried before; then a random one is taken. */
const maxProposals = 50;

/** Draws from where the good points lie, and takes of some candidates the one that is likeliest there compared with the rest. */
class Estimators {
  readonly #good: readonly Observation[];
  readonly #rest: readonly Observation[];
  readonly #known = new Map<string, {readonly good: Mixture; readonly rest: Mixture}>();

  constructor(
    observations: readonly Observation[],
    readonly numCandidates: number,
  ) {
    const {good, rest} = splitObservations(observations);
    this.#good = good;
    this.#rest = rest;
  }

  /** Values for parameters that are suggested together, in their order. */
  suggest(codecs: readonly Codec[], rng: Rng): readonly Json[] {
    const {good, rest} = this.#estimators(codecs);
    const candidates = Array.from({length: this.numCandidates}, () => sampleMixture(good, rng));
    const [near, far] = [mixtureLogDensities(good, candidates), mixtureLogDensities(rest, candidates)];
    let best = 0;
    for (let i = 1; i < candidates.length; i++) if (near[i]! - far[i]! > near[best]! - far[best]!) best = i;
    return codecs.map((codec, dimension) => codec.decode(candidates[best]![dimension]!));
  }

  #estimators(codecs: readonly Codec[]): {readonly good: Mixture; readonly rest: Mixture} {
    const key = JSON.stringify(codecs.map(({parameter}) => parameter.name));
    const known = this.#known.get(key);
    if (known) return known;
    const made = {good: estimate(codecs, this.#good), rest: estimate(codecs, this.#rest)};
    this.#known.set(key, made);
    return made;
  }
}

/** Of the points that have a value for every one of the parameters. */
function estimate(codecs: readonly Codec[], observations: readonly Observation[]): Mixture {
  const complete = observations.filter(({assignment}) => codecs.every(({parameter}) => parameter.name in assignment));
  return parzenEstimator(
    codecs.map(({parameter}) => parameter.distribution),
    complete.map(({assignment}) => codecs.map((codec) => codec.encode(assignment[codec.parameter.name]!))),
  );
}

/** The parameters that every scored point has a value for. */
const sharedByAll = (codecs: Iterable<Codec>, observations: readonly Observation[]): readonly Codec[] =>
  [...codecs].filter(({parameter}) => observations.every(({assignment}) => parameter.name in assignment));

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011) as Optuna 5.0 does it: parameters together, kernels as wide as the
 * distance to their neighbours, running points among the bad ones. Unlike there, no point is tried twice while others are found, as training
 * is repeatable, and failed points are among the bad ones.
 */
export const tpe = defineSampler({
  type: 'tpe',
  summary: 'Learns where good points lie, and looks there: tree-structured Parzen estimators, as in Optuna 5.',
  args: Type.Object(
    {
      startupTrials: Type.Integer({
        default: 10,
        minimum: 1,
        maximum: 100_000,
        description:
          'Points with a score, pruned ones included, before it learns; until then points are random. At least 1.',
      }),
      candidates: Type.Integer({
        default: 24,
        minimum: 1,
        maximum: 10_000,
        description:
          'Candidates drawn for each suggestion, of which the most promising one is taken: more of them look closer to the best points known. 1 to 10,000.',
      }),
      multivariate: Type.Boolean({
        default: true,
        description:
          'Suggest the parameters that all points share together, so that what goes well together is kept; false: each parameter on its own.',
      }),
    },
    {
      'x-hints': {
        nStartupTrials: 'write startupTrials',
        nEiCandidates: 'write candidates',
        constantLiar: 'leave it out; running points are always kept away from',
        group: 'leave it out; parameters that only some points have are suggested on their own',
      },
    },
  ),
  build: ({startupTrials, candidates, multivariate}, space) => {
    const codecs = new Map(space.parameters.map((parameter) => [parameter.name, codecOf(parameter)]));
    const varying = [...codecs.values()].filter(({isSingle}) => !isSingle);
    const learnt = (observations: readonly Observation[]): ((rng: Rng) => Assignment) => {
      const estimators = new Estimators(observations, candidates);
      const shared = multivariate ? sharedByAll(varying, observations.filter(isRanked)) : [];
      return (rng) => {
        const values = shared.length > 0 ? estimators.suggest(shared, rng) : [];
        const joint = new Map(shared.map(({parameter}, i) => [parameter.name, values[i]!]));
        return assign(space, ({name, distribution}) => {
          const codec = codecs.get(name)!;
          if (codec.isSingle) return valueOfUnit(distribution, 0);
          const [value] = joint.has(name) ? [joint.get(name)!] : estimators.suggest([codec], rng);
          return value!;
        });
      };
    };
    return {
      isAdaptive: true,
      suggest: (request) => {
        const rng = streamOf(request);
        const {observations} = request;
        const tried = new Set(observations.map(({assignment}) => JSON.stringify(assignment)));
        const isNew = (assignment: Assignment): boolean =>
          space.isFeasible(assignment) && !tried.has(JSON.stringify(assignment));
        const uniform = (stream: Rng): Assignment => uniformPoint(space, stream);
        const isStarting = observations.filter(isRanked).length < startupTrials;
        const propose = isStarting ? uniform : learnt(observations);
        return (
          firstAccepted(isNew, rng, propose, maxProposals) ??
          firstAccepted(isNew, rng.split('random'), uniform, maxProposals) ??
          randomPoint(space, rng.split('again'))
        );
      },
    };
  },
});
