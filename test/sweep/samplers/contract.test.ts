import t from 'tap';
import {samplers} from '../../../src/sweep/samplers/index.js';
import {keepsContract} from './contract.js';

const tested = new Set<string>();
for (const spec of [
  {type: 'grid'},
  {type: 'random'},
  {type: 'sobol', scramble: true},
  {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: true},
  {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: false},
  {type: 'cmaEs', sigma: 0.2, restarts: true},
] as const) {
  t.test(JSON.stringify(spec), async (t) => keepsContract(t, spec));
  tested.add(spec.type);
}

t.same([...tested].sort(), Object.keys(samplers).sort(), 'every sampler is among them');
