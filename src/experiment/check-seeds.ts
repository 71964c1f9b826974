import type {Problem} from '../spec/diagnostic.js';
import type {LoadedSpec} from '../spec/load.js';
import type {ExperimentSpec} from './schema.js';

/** `seed` and `seeds` cannot both be written. */
export function checkSeeds(spec: ExperimentSpec, {origins, problemAt}: LoadedSpec): readonly Problem[] {
  if (!spec.seeds || origins.seed?.kind === 'default') return [];
  const hint = 'drop one of them; where the other one comes from a base spec, `seed: null` or `seeds: null` removes it';
  return [problemAt(['seeds'], '`seeds` and `seed` both say which seed to take', hint)];
}
