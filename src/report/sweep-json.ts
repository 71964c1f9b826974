import {bestPoint, type RankedPoint, rankPoints} from '../comparison/rank-points.js';
import {sweepImportance} from '../comparison/sweep-importance.js';
import type {TrialRecord} from '../runs/sweep/records.js';
import {countTrials, elapsedSeconds, secondsLeft} from './sweep-progress.js';
import type {SweepView, TrialProgress} from './sweep-view.js';

/** A trial as programs get it. */
export const trialJson = ({reported: _reported, ...trial}: TrialRecord): object => trial;

/** A point as programs get it: mean, deviation and interval over the trials that finished. */
export function pointJson({point, values, trials, state, rank, sample, isWithinNoise}: RankedPoint): object {
  return {
    point,
    ...(rank === undefined ? {} : {rank}),
    state,
    values,
    ...(sample ? {mean: sample.mean, std: sample.std, interval95: sample.interval, n: sample.values.length} : {}),
    isWithinNoise,
    trials: trials.map(({trial}) => trial),
  };
}

/** A sweep as `exp sweep status --json` prints it. */
export function sweepJson(
  view: SweepView,
  {
    progress = new Map(),
    now = new Date(),
  }: {readonly progress?: ReadonlyMap<number, TrialProgress>; readonly now?: Date} = {},
): object {
  const {trials, ...plan} = view;
  const points = rankPoints(trials, {goal: view.metric.goal, numSeeds: view.seeds?.length ?? 1});
  const best = bestPoint(points);
  const {settings, numRuns, numDiverged} = sweepImportance(trials, view.metric);
  const left = secondsLeft(view, progress, now);
  return {
    ...plan,
    elapsedSeconds: elapsedSeconds(view, now),
    ...(left === undefined ? {} : {secondsLeft: left}),
    counts: countTrials(trials),
    ...(best ? {best: pointJson(best)} : {}),
    points: points.map(pointJson),
    importance: {settings, numTrials: numRuns, numDiverged},
    trials: trials.map((trial) => ({...trialJson(trial), ...progress.get(trial.trial)})),
  };
}
