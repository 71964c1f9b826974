import {isOver} from '../runs/sweep/ledger.js';
import type {TrialRecord, TrialState} from '../runs/sweep/records.js';
import type {SweepView, TrialProgress} from './sweep-view.js';

/** How many trials are in each state. */
export type TrialCounts = Readonly<Record<TrialState, number>> & {
  /** Not taken up again by themselves: finished, pruned, failed, diverged. */
  readonly over: number;
};

export function countTrials(trials: readonly TrialRecord[]): TrialCounts {
  const counts: Record<TrialState, number> = {
    waiting: 0,
    running: 0,
    finished: 0,
    pruned: 0,
    failed: 0,
    diverged: 0,
    interrupted: 0,
    crashed: 0,
  };
  for (const {state} of trials) counts[state]++;
  return {...counts, over: trials.filter(({state}) => isOver(state)).length};
}

/** `18 finished, 3 pruned, 2 failed`: of each state that any trial is in. */
export const countsTexts = (counts: TrialCounts): readonly (readonly [text: string, state: TrialState])[] =>
  shownStates.flatMap((state) => (counts[state] > 0 ? [[`${counts[state]} ${state}`, state] as const] : []));

const shownStates: readonly TrialState[] = [
  'running',
  'finished',
  'pruned',
  'failed',
  'diverged',
  'crashed',
  'interrupted',
  'waiting',
];

/** Seconds that a sweep has been going, or took. Of one that was interrupted until its last trial ended. */
export function elapsedSeconds({startedAt, endedAt, state, trials}: SweepView, now: Date): number {
  const ends = trials.flatMap((trial) => (trial.endedAt === undefined ? [] : [Date.parse(trial.endedAt)]));
  const isOn = state === 'running' || state === 'stopping';
  const last = ends.length > 0 ? ends.reduce((latest, time) => Math.max(latest, time)) : Date.parse(startedAt);
  const end = isOn ? now.getTime() : endedAt === undefined ? last : Date.parse(endedAt);
  return Math.max(0, (end - Date.parse(startedAt)) / 1000);
}

/**
 * Seconds until all planned trials are done, at the mean pace of those that are: pruned ones make it shorter, as they will. At most until
 * the budget of minutes is used up. Undefined before the first trial has ended, and where nobody knows how many there will be.
 */
export function secondsLeft(
  view: SweepView,
  progress: ReadonlyMap<number, TrialProgress>,
  now: Date,
): number | undefined {
  const {trials, numPlanned, numWorkers = 0, budget} = view;
  if (view.state !== 'running') return undefined;
  const spent = elapsedSeconds(view, now);
  const byBudget = budget?.maxMinutes === undefined ? Number.POSITIVE_INFINITY : 60 * budget.maxMinutes - spent;
  const took = trials.flatMap(({seconds, state}) =>
    seconds === undefined || !isOver(state) || state === 'failed' ? [] : [seconds],
  );
  const running = trials.filter(({state}) => state === 'running');
  let byTrials = Number.POSITIVE_INFINITY;
  if (took.length > 0 && numPlanned !== undefined) {
    const mean = took.reduce((sum, seconds) => sum + seconds, 0) / took.length;
    const done = running.reduce((sum, {trial}) => sum + shareOf(progress.get(trial), view), 0);
    const numLeft = Math.max(0, numPlanned - trials.filter(({state}) => isOver(state)).length - done);
    byTrials = (numLeft * mean) / Math.max(1, Math.min(numLeft, Math.max(numWorkers, running.length)));
  }
  const left = Math.min(byTrials, byBudget);
  return Number.isFinite(left) ? Math.max(0, left) : undefined;
}

function shareOf(progress: TrialProgress | undefined, {numEpochs: usual}: SweepView): number {
  const numEpochs = progress?.numEpochs ?? usual;
  return progress && numEpochs ? Math.min(1, progress.epoch / numEpochs) : 0;
}
