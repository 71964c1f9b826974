import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {definePruner} from './definition.js';
import {allotments, checkFirstRung, eta, halvingPruner, minEpochs} from './halving.js';

/** Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning, in the stopping form. */
export const asha = definePruner({
  type: 'asha',
  summary: 'Successive halving without waiting: at epochs minEpochs, minEpochs · eta, … only the best 1/eta go on.',
  args: Type.Object({
    minEpochs,
    eta: eta(4),
    maxEpochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'No rung lies beyond this epoch; at least minEpochs. By default the epochs of a trial, where the sweep does not vary them.',
      }),
    ),
    brackets: Type.Integer({
      default: 1,
      minimum: 1,
      description:
        'Sets of trials that are judged among themselves, each with its first rung eta times as far as the last; at least 1. More are for metrics whose early epochs mislead.',
    }),
  }),
  build: (spec, context) => {
    const {minEpochs, brackets} = spec;
    const maxEpochs = spec.maxEpochs ?? context.numEpochs ?? Number.POSITIVE_INFINITY;
    const lastStart = minEpochs * spec.eta ** (brackets - 1);
    checkFirstRung(spec, maxEpochs, context.numEpochs);
    if (lastStart > maxEpochs)
      throw new ExpError(
        'SPEC_INVALID',
        `pruner asha has ${brackets} brackets, the last of which would have its first rung at epoch ${lastStart}, beyond the last epoch ${maxEpochs}`,
        'make brackets, minEpochs or eta smaller',
      );
    return halvingPruner(spec, allotments(brackets, spec.eta), maxEpochs, context);
  },
});
