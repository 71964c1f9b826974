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

/** The runs that a spec stands for: one for each of `seeds`, in that order. */
export function membersOf(loaded: LoadedExperiment): readonly Member[] {
  const {seeds} = loaded.spec;
  if (!seeds) return [{loaded}];
  const singles = seeds.map((seed, index) => ({seed, loaded: withSeed(loaded, seed, index)}));
  if (singles.length === 1) return [{loaded: singles[0]!.loaded}];
  return singles.map(({seed, loaded: single}, index) => ({
    loaded: single,
    group: {run: index + 1, numRuns: singles.length, seed},
  }));
}

/** `loaded` with one of its seeds. @param index its place in `seeds` */
function withSeed(loaded: LoadedExperiment, seed: number, index: number): LoadedExperiment {
  const {seeds: _seeds, ...spec} = loaded.spec;
  const {seeds: _written, ...resolved} = loaded.resolved;
  const others = Object.entries(loaded.origins).filter(([key]) => !/^seeds?\b/.test(key));
  const origin = loaded.origins[`seeds.${index}`];
  const origins: Origins = {...Object.fromEntries(others), ...(origin ? {seed: origin} : {})};
  return {...loaded, spec: {...spec, seed} as ExperimentSpec, resolved: {...resolved, seed}, origins};
}

/** The one run that a spec stands for. @throws ExpError USAGE if there are several */
export function onlyMember(loaded: LoadedExperiment): LoadedExperiment {
  const [first, ...others] = membersOf(loaded);
  if (others.length === 0) return first!.loaded;
  throw new ExpError('USAGE', `the spec stands for ${others.length + 1} runs`, 'runGroup makes them all');
}
