import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {definePruner} from './definition.js';
import {allotments, checkFirstRung, eta, halvingPruner, minEpochs} from './halving.js';

/** ⌊log_eta(last / first)⌋ + 1, counted in whole numbers: Math.log(243) / Math.log(3) is below 5. */
function countBrackets(first: number, last: number, eta: number): number {
  let count = 0;
  for (let rung = first; rung <= last; rung *= eta) count++;
  return count;
}

/** Li et al. 2018, Hyperband, without waiting, as optuna.pruners.HyperbandPruner: every trial is drawn into a bracket. */
export const hyperband = definePruner({
  type: 'hyperband',
  summary: 'Successive halving in several brackets at once, from those that stop early to one that never does.',
  args: Type.Object({
    minEpochs,
    eta: eta(3),
    maxEpochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'The most epochs that a trial has, which with minEpochs and eta gives the number of brackets; at least minEpochs. By default the epochs of a trial, where the sweep does not vary them.',
      }),
    ),
  }),
  build: (spec, context) => {
    const maxEpochs = spec.maxEpochs ?? context.numEpochs;
    if (maxEpochs === undefined)
      throw new ExpError(
        'SPEC_INVALID',
        'pruner hyperband needs maxEpochs, as the sweep varies training.epochs',
        'give the most epochs that a trial has, e.g. {type: hyperband, maxEpochs: 27}',
      );
    checkFirstRung(spec, maxEpochs, context.numEpochs);
    const numBrackets = countBrackets(spec.minEpochs, maxEpochs, spec.eta);
    return halvingPruner(spec, allotments(numBrackets, spec.eta), maxEpochs, context);
  },
});
