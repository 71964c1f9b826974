import t from 'tap';
import {pruners} from '../../../src/sweep/pruners/index.js';
import {pruningContract} from './contract.js';

const examples = [
  {type: 'median'},
  {type: 'percentile', percentile: 25},
  {type: 'asha', eta: 3},
  {type: 'asha', eta: 2, brackets: 2},
  {type: 'hyperband', maxEpochs: 20},
  {type: 'patience'},
  {type: 'patience', patience: 2, pruner: {type: 'median', startupTrials: 1}},
  {type: 'threshold', upper: 1.2},
];

t.strictSame(
  [...new Set(examples.map(({type}) => type))].sort(),
  Object.keys(pruners).sort(),
  'every pruner of the catalogue is tested here',
);
for (const [name, {type, summary}] of Object.entries(pruners)) {
  t.equal(name, type);
  t.match(summary, /^[A-Z].*\.$/);
}

for (const example of examples) pruningContract(t, example);
