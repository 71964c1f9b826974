import {isAhead, pointOf, type RankedPoint, rankPoints} from '../../comparison/rank-points.js';
import {trialFolder, trialKey} from '../../runs/sweep/layout.js';
import type {TrialRecord} from '../../runs/sweep/records.js';
import type {SweepData, SweepPoint} from '../page/data.js';
import {printable, printableSentence} from '../printable.js';
import {pointOutcome, pointValue, valuesText} from '../sweep-cells.js';
import {countTrials} from '../sweep-progress.js';
import {bestSentence, failureLines, importanceSentence, sweepSentence} from '../sweep-screen.js';
import type {SweepView} from '../sweep-view.js';

/** Points of the ranking that a page shows. */
const mostRanked = 10;

/**
 * A sweep as a page shows it.
 * @param isAlone whether all runs of the page are trials of it: they go by their numbers then
 */
export function sweepData(view: SweepView, isAlone: boolean): SweepData {
  const {metric, seeds, numPlanned, trials} = view;
  const numSeeds = seeds?.length ?? 1;
  const points = rankPoints(trials, {goal: metric.goal, numSeeds});
  const best = bestSentence(view, points);
  const importance = importanceSentence(view);
  const runOf = (trial: number): string =>
    isAlone ? `trial ${trial}` : (trialKey(trialFolder(view.folder, trial)) ?? String(trial));
  const folder = view.folder.split(/[\\/]/).filter(Boolean).at(-1) ?? view.folder;
  return {
    id: folder,
    name: printable(view.name),
    state: view.state,
    metric: printable(metric.name),
    goal: metric.goal,
    how: printable(
      `${view.sampler}${view.pruner === undefined ? '' : ` with ${view.pruner}`}${numSeeds > 1 ? `, ${numSeeds} seeds a point` : ''}`,
    ),
    progress: printableSentence(sweepSentence(view)),
    numOver: countTrials(trials).over,
    ...(numPlanned === undefined ? {} : {numPlanned}),
    ...(best === undefined ? {} : {best: printableSentence(best)}),
    ...(importance === undefined ? {} : {importance: printableSentence(importance)}),
    failures: failureLines(view).map(printableSentence),
    ranked: points.slice(0, mostRanked).map((point) => ({
      ...(point.rank === undefined ? {} : {rank: point.rank}),
      value: pointValue(point),
      outcome: pointOutcome(point, numSeeds),
      state: point.state === 'partly' ? 'interrupted' : point.state,
      settings: printableSentence(valuesText(point.values, view.parameters)),
      runs: point.trials.map(({trial}) => runOf(trial)),
      ...(point.isWithinNoise ? {isWithinNoise: true as const} : {}),
    })),
    points: pointsOf(view, runOf, numSeeds),
  };
}

/** Trials that have a value, and the best so far at each. */
function pointsOf(view: SweepView, runOf: (trial: number) => string, numSeeds: number): readonly SweepPoint[] {
  const {goal} = view.metric;
  const byPoint = new Map<number, TrialRecord[]>();
  let best: RankedPoint | undefined;
  return view.trials.flatMap((trial) => {
    const members = byPoint.get(trial.point) ?? [];
    members.push(trial);
    byPoint.set(trial.point, members);
    const point = pointOf(members, numSeeds);
    if (point.sample && point.state === 'finished' && (!best || isAhead(point, best, goal))) best = point;
    if (trial.value === undefined) return [];
    const {state, value} = trial;
    return [
      {trial: trial.trial, state, value, run: runOf(trial.trial), ...(best?.sample ? {best: best.sample.mean} : {})},
    ];
  });
}
