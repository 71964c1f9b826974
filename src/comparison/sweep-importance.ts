import type {TrialRecord} from '../runs/sweep/records.js';
import type {ComparedRun, Value} from './compared-run.js';
import type {Goal} from './goal.js';
import {type Importance, importanceOf} from './importance.js';

/** What a sweep's parameters by themselves tell about its metric, over the trials that finished and those that diverged. */
export function sweepImportance(
  trials: readonly TrialRecord[],
  metric: {readonly name: string; readonly goal: NonNullable<Goal>},
): Importance {
  const runs = trials.flatMap((trial) => {
    const {state} = trial;
    return state === 'finished' || state === 'diverged' ? [runOf(trial, state)] : [];
  });
  return importanceOf(runs, {text: metricKey, name: metricKey}, metric.goal);
}

/** A name that no parameter has. */
const metricKey = '\0metric';

function runOf({trial, values, value}: TrialRecord, state: 'finished' | 'diverged'): ComparedRun {
  const settings = Object.entries(values).map(([name, one]): [string, Value] => [
    name,
    typeof one === 'object' ? JSON.stringify(one) : one,
  ]);
  return {
    id: String(trial),
    path: '',
    name: '',
    state,
    seed: undefined,
    settings: new Map(settings),
    epochs: () => [],
    last: value === undefined ? {} : {[metricKey]: value},
    best: undefined,
    monitor: undefined,
    test: undefined,
    durationSeconds: undefined,
    examplesPerSecond: undefined,
    numParameters: undefined,
    numEpochs: undefined,
    dataFingerprint: undefined,
    warnings: [],
  };
}
