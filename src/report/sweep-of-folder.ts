import {type Run, readRun} from '../runs/run.js';
import {trialFolder} from '../runs/sweep/layout.js';
import type {SweepState} from '../runs/sweep/read-sweep.js';
import type {SweepView, TrialProgress} from './sweep-view.js';

/** What screens show of a sweep folder. @param isStopping whether somebody asked it to stop */
export function sweepViewOf({path, plan, status, state, trials}: SweepState, isStopping = false): SweepView {
  const {name, metric, sampler, pruner, parameters, seeds, numTrials, target, maxMinutes} = plan;
  const standing = state === 'waiting' ? 'interrupted' : state === 'running' && isStopping ? 'stopping' : state;
  const isOn = state === 'running';
  return {
    name,
    folder: path,
    metric,
    sampler,
    ...(pruner === undefined ? {} : {pruner}),
    ...(status ? {executor: status.executor} : {}),
    parameters,
    ...(seeds && seeds.length > 1 ? {seeds} : {}),
    ...(numTrials === undefined ? {} : {numPlanned: numTrials}),
    ...(target === undefined && maxMinutes === undefined
      ? {}
      : {budget: {...(maxMinutes === undefined ? {} : {maxMinutes}), ...(target === undefined ? {} : {target})}}),
    ...(status?.shard === undefined ? {} : {shard: status.shard}),
    ...(isOn ? {numWorkers: trials.filter((trial) => trial.state === 'running').length} : {}),
    state: standing,
    startedAt: status?.startedAt ?? plan.createdAt,
    ...(isOn || status?.endedAt === undefined ? {} : {endedAt: status.endedAt}),
    ...(isOn || status?.message === undefined ? {} : {reason: status.message}),
    trials,
  };
}

/** How far the running trials are, as their run folders tell. */
export function progressOf({path, plan, trials}: SweepState): ReadonlyMap<number, TrialProgress> {
  const running = trials.filter(({state}) => state === 'running');
  return new Map(running.map(({trial}) => [trial, progressIn(readRun(trialFolder(path, trial)), plan.metric.name)]));
}

/** How far a run is. @param metric the column that its sweep is about */
export function progressIn(run: Run, metric: string): TrialProgress {
  const row = run.lastRow();
  const numEpochs = run.status?.numEpochs;
  return {
    epoch: row?.epoch ?? 0,
    ...(numEpochs ? {numEpochs} : {}),
    ...(row?.[metric] === undefined ? {} : {value: row[metric]}),
  };
}
