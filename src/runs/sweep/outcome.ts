import {readRun} from '../run.js';
import type {SweepPlan, TrialRecord} from './records.js';

/** What a run comes to for its sweep: the best value of the metric, its epoch, how far the run came and how long it took. */
export function outcomeOf(
  folder: string,
  metric: SweepPlan['metric'],
): Pick<TrialRecord, 'value' | 'epoch' | 'epochs' | 'seconds'> {
  const run = readRun(folder);
  const values = run.column(metric.name).filter(({value}) => !Number.isNaN(value));
  const isBetter = (a: number, b: number): boolean => (metric.goal === 'maximize' ? a > b : a < b);
  const [first, ...others] = values;
  const best = first && others.reduce((one, other) => (isBetter(other.value, one.value) ? other : one), first);
  const seconds = run.durationSeconds;
  return {
    ...(best && Number.isFinite(best.value) ? {value: best.value, epoch: best.epoch ?? 0} : {}),
    epochs: values.at(-1)?.epoch ?? run.status?.epoch ?? 0,
    ...(seconds === undefined ? {} : {seconds: Math.round(seconds * 1000) / 1000}),
  };
}
