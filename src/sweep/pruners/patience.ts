import {type TProperties, Type} from '@sinclair/typebox';
import {choiceOf, type SpecUnion} from '../../spec/define.js';
import {lastEpoch, metricText} from './curves.js';
import {definePruner, type PrunerDefinition} from './definition.js';
import {median} from './median.js';
import {percentile} from './percentile.js';
import type {Pruner, PruningContext} from './pruner.js';
import {threshold} from './threshold.js';

const judges = {median, percentile, threshold} as const;

const rarely = 'it looks at a few epochs only; patience takes median, percentile or threshold';

type JudgeSpec = SpecUnion<typeof judges>;

function buildJudge(spec: JudgeSpec, context: PruningContext): Pruner {
  const definition: PrunerDefinition<string, TProperties, JudgeSpec> = judges[spec.type];
  return definition.build(spec, context);
}

interface Improvement {
  readonly best: number;
  readonly epoch: number;
  /** Epochs with a score since. */
  readonly numSince: number;
}

/** As the monitor of training does: what improves by more than minDelta, and never NaN, is the new best. */
function lastImprovement(scores: ReadonlyMap<number, number>, minDelta: number): Improvement {
  let improvement: Improvement = {best: Number.NaN, epoch: 0, numSince: 0};
  for (const [epoch, score] of scores) {
    const {best, numSince} = improvement;
    const isBetter = Number.isNaN(best) ? !Number.isNaN(score) : best - score > minDelta;
    improvement = isBetter ? {best: score, epoch, numSince: 0} : {...improvement, numSince: numSince + 1};
  }
  return improvement;
}

/**
 * What `training.earlyStopping` does, for the sweep's metric; with another pruner inside, optuna.pruners.PatientPruner: it is asked only once
 * patience is at an end.
 */
export const patience = definePruner({
  type: 'patience',
  summary: 'Stops a trial that has not improved for a number of epochs, or has another pruner decide then.',
  args: Type.Object({
    patience: Type.Integer({
      default: 3,
      minimum: 1,
      description: 'Epochs with a score and without an improvement after which a trial is stopped; at least 1.',
    }),
    minDelta: Type.Number({
      default: 0,
      minimum: 0,
      description: "A change must be larger than this to count as an improvement, in the metric's unit; at least 0.",
    }),
    pruner: Type.Optional(
      choiceOf(judges, {
        title: 'judge',
        description:
          'Decides whether a trial that has not improved is stopped: median, percentile or threshold. Left out, it always is.',
        shorthand: true,
        hints: {asha: rarely, hyperband: rarely},
      }),
    ),
  }),
  build: (spec, context) => {
    const {patience, minDelta} = spec;
    const judge = spec.pruner && buildJudge(spec.pruner, context);
    return {
      comparesTrials: judge?.comparesTrials ?? false,
      decide(request) {
        const epoch = lastEpoch(request.trial);
        if (epoch === undefined) return;
        const {best, epoch: bestEpoch, numSince} = lastImprovement(request.trial.scores, minDelta);
        if (numSince < patience) return;
        if (judge) return judge.decide(request);
        return bestEpoch === 0
          ? `patience: nothing but NaN up to epoch ${epoch}`
          : `patience: no improvement on ${metricText(best, context.goal)} of epoch ${bestEpoch} up to epoch ${epoch}`;
      },
    };
  },
});
