import {Type} from '@sinclair/typebox';
import {definePruner} from './definition.js';
import {comparison, percentilePruner} from './percentiles.js';

/** The median stopping rule of Golovin et al. 2017 (Vizier) in the form of optuna.pruners.MedianPruner. */
export const median = definePruner({
  type: 'median',
  summary: 'Stops a trial whose best is worse than the median of finished trials at the same epoch.',
  args: Type.Object(comparison),
  build: (spec, context) => percentilePruner(spec, 50, 'the median', context),
});
