import {Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {lastEpoch, metricText} from './curves.js';
import {definePruner} from './definition.js';
import {isJudged, judgedEpochs} from './judged-epochs.js';

/** Stops what leaves the bounds, as optuna.pruners.ThresholdPruner does; NaN is outside of any. */
export const threshold = definePruner({
  type: 'threshold',
  summary: 'Stops a trial as soon as the metric lies outside of fixed bounds.',
  args: Type.Object({
    lower: Type.Optional(
      Type.Number({description: "The metric's own value below which a trial is stopped; no bound if left out."}),
    ),
    upper: Type.Optional(
      Type.Number({
        examples: [2],
        description: "The metric's own value above which a trial is stopped; no bound if left out.",
      }),
    ),
    ...judgedEpochs,
  }),
  build: (spec, {goal}) => {
    const {lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY} = spec;
    if (spec.lower === undefined && spec.upper === undefined)
      throw new ExpError(
        'SPEC_INVALID',
        'pruner threshold has neither lower nor upper: it would never stop a trial',
        'give at least one, e.g. {type: threshold, lower: 0.5}',
      );
    if (lower > upper)
      throw new ExpError(
        'SPEC_INVALID',
        `pruner threshold has lower ${lower} above upper ${upper}: it would stop every trial`,
      );
    return {
      comparesTrials: false,
      decide({trial}) {
        const epoch = lastEpoch(trial);
        if (epoch === undefined || !isJudged(trial, epoch, spec)) return;
        const score = trial.scores.get(epoch)!;
        const value = goal === 'maximize' ? -score : score;
        if (Number.isNaN(value)) return `threshold: NaN at epoch ${epoch}`;
        if (value < lower) return `threshold: ${metricText(score, goal)} at epoch ${epoch} is below ${lower}`;
        if (value > upper) return `threshold: ${metricText(score, goal)} at epoch ${epoch} is above ${upper}`;
        return;
      },
    };
  },
});
