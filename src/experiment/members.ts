import type {RunGroup} from '../runs/records.js';
import type {Origins} from '../spec/origin.js';
import {ExpError} from '../support/errors.js';
import type {LoadedExperiment} from './load.js';
import type {ExperimentSpec} from './schema.js';

/** One of the runs that a spec stands for. */
export interface Member {
  /** As if this run's seed had been written alone. */
  readonly loaded: LoadedExperiment;
  /** What tells it from the others; absent if the spec stands for one run. */
  readonly group?: Omit<RunGroup, 'id'>;
}

/** The runs that a spec stands for: for each of `seeds`, in that order, every fold of `data.validation.kFold`. */
export function membersOf(loaded: LoadedExperiment): readonly Member[] {
  const {seeds, data} = loaded.spec;
  const {kFold: numFolds, fold: chosen} = data.validation ?? {};
  const ofSeeds = seeds
    ? seeds.map((seed, index): Single => ({loaded: withSeed(loaded, seed, index), ...(seeds.length > 1 ? {seed} : {})}))
    : [{loaded}];
  const singles =
    numFolds === undefined || chosen !== undefined ? ofSeeds : ofSeeds.flatMap((single) => foldsOf(single, numFolds));
  if (singles.length === 1) return [{loaded: singles[0]!.loaded}];
  return singles.map(({loaded: single, ...place}, index) => ({
    loaded: single,
    group: {run: index + 1, numRuns: singles.length, ...place},
  }));
}

type Single = Pick<Member, 'loaded'> & Pick<RunGroup, 'seed' | 'fold' | 'numFolds'>;

const foldsOf = ({loaded, ...seed}: Single, numFolds: number): readonly Single[] =>
  Array.from({length: numFolds}, (_, i) => ({loaded: withFold(loaded, i + 1), fold: i + 1, numFolds, ...seed}));

/** `loaded` with one of its seeds. @param index its place in `seeds` */
function withSeed(loaded: LoadedExperiment, seed: number, index: number): LoadedExperiment {
  const {seeds: _seeds, ...spec} = loaded.spec;
  const {seeds: _written, ...resolved} = loaded.resolved;
  const others = Object.entries(loaded.origins).filter(([key]) => !/^seeds?\b/.test(key));
  const origin = loaded.origins[`seeds.${index}`];
  const origins: Origins = {...Object.fromEntries(others), ...(origin ? {seed: origin} : {})};
  return {...loaded, spec: {...spec, seed} as ExperimentSpec, resolved: {...resolved, seed}, origins};
}

/** `loaded` with one of its folds, which came from where their number came from. */
function withFold(loaded: LoadedExperiment, fold: number): LoadedExperiment {
  const {spec, origins} = loaded;
  const data = {...spec.data, validation: {...spec.data.validation!, fold}};
  const origin = origins['data.validation.kFold'];
  return {
    ...loaded,
    spec: {...spec, data} as ExperimentSpec,
    resolved: {...loaded.resolved, data},
    origins: {...origins, ...(origin ? {'data.validation.fold': origin} : {})},
  };
}

/** The one run that a spec stands for. @throws ExpError USAGE if there are several */
export function onlyMember(loaded: LoadedExperiment): LoadedExperiment {
  const [first, ...others] = membersOf(loaded);
  if (others.length === 0) return first!.loaded;
  throw new ExpError('USAGE', `the spec stands for ${others.length + 1} runs`, 'runGroup makes them all');
}
