import {Type} from '@sinclair/typebox';
import {bestScore, lastEpoch, metricText} from './curves.js';
import {isJudged, judgedEpochs} from './judged-epochs.js';
import type {LearningCurve, Pruner, PruningContext} from './pruner.js';

/** What the pruners that compare with finished trials have in common. */
export const comparison = {
  startupTrials: Type.Integer({
    default: 5,
    minimum: 0,
    description: 'Nothing is stopped before so many trials have finished; at least 0.',
  }),
  ...judgedEpochs,
  minTrials: Type.Integer({
    default: 1,
    minimum: 1,
    description: 'Nothing is stopped at an epoch that fewer finished trials have a score of; at least 1.',
  }),
};

interface ComparisonSpec {
  readonly type: string;
  readonly startupTrials: number;
  readonly warmupEpochs: number;
  readonly interval: number;
  readonly minTrials: number;
}

/** Between two ranks the value is interpolated linearly, as numpy.percentile does by default. @param scores ascending, at least one */
function percentileOf(scores: readonly number[], percentile: number): number {
  const rank = ((scores.length - 1) * percentile) / 100;
  const below = scores[Math.floor(rank)]!;
  const above = scores[Math.ceil(rank)]!;
  return below === above ? below : below + (above - below) * (rank % 1);
}

/** Scores that finished trials had at an epoch, NaN included. */
const finishedScores = (others: readonly LearningCurve[], epoch: number): number[] =>
  others.flatMap(({isComplete, scores}) => (isComplete && scores.has(epoch) ? [scores.get(epoch)!] : []));

/**
 * Stops a trial whose best so far is worse than a percentile of what finished trials had at the same epoch, as
 * optuna.pruners.PercentilePruner does. NaN is passed over in both, except that a trial with nothing but NaN is stopped.
 * @param percentile in [0, 100]; 50 goes on with the better half, 25 with the best quarter
 * @param standard what that is for people: `the median`
 */
export function percentilePruner(
  spec: ComparisonSpec,
  percentile: number,
  standard: string,
  {goal}: PruningContext,
): Pruner {
  return {
    comparesTrials: true,
    decide({trial, others}) {
      const epoch = lastEpoch(trial);
      const numFinished = others.filter(({isComplete}) => isComplete).length;
      if (epoch === undefined || numFinished === 0 || numFinished < spec.startupTrials) return;
      if (!isJudged(trial, epoch, spec)) return;
      const best = bestScore(trial.scores.values());
      if (Number.isNaN(best)) return `${spec.type}: nothing but NaN up to epoch ${epoch}`;
      const scores = finishedScores(others, epoch);
      const ranked = scores.filter((score) => !Number.isNaN(score)).sort((a, b) => a - b);
      if (scores.length < spec.minTrials || ranked.length === 0) return;
      const limit = percentileOf(ranked, percentile);
      if (!(best > limit)) return;
      const trials = `${ranked.length} finished ${ranked.length === 1 ? 'trial' : 'trials'}`;
      return `${spec.type}: its best, ${metricText(best, goal)}, is worse than ${metricText(limit, goal)}, ${standard} of ${trials} at epoch ${epoch}`;
    },
  };
}
