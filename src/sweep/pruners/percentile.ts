import {Type} from '@sinclair/typebox';
import {definePruner} from './definition.js';
import {comparison, percentilePruner} from './percentiles.js';

/** The median rule for any share of the trials, as optuna.pruners.PercentilePruner. */
export const percentile = definePruner({
  type: 'percentile',
  summary: 'Stops a trial whose best is not among the best part of finished trials at the same epoch.',
  args: Type.Object({
    percentile: Type.Number({
      minimum: 0,
      maximum: 100,
      examples: [25],
      description: 'Trials go on while they are in the best so many per cent: 25 is stricter than 50, the median.',
    }),
    ...comparison,
  }),
  build: (spec, context) =>
    percentilePruner(spec, spec.percentile, `the limit of the best ${spec.percentile}%`, context),
});
