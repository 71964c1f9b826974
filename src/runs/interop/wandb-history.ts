import type {Run} from '../run.js';
import {toExtendedJson} from './extended-json.js';
import {scalarsOf, secondsOf} from './scalars.js';

/** A line of a run's history on W&B. */
export interface HistoryLine {
  readonly step: number;
  /** Extended JSON. */
  readonly text: string;
}

export interface WandbHistory {
  /** One line a step, steps growing. */
  readonly lines: readonly HistoryLine[];
  /** The last value of each key, as W&B's SDK keeps a summary. */
  readonly last: Readonly<Record<string, number>>;
  /** Seconds from the start to the last step. */
  readonly runtimeSeconds: number;
}

/**
 * What a run has measured, as W&B keeps it: one line a step with `_step` (updates done), `_timestamp` and `_runtime` (seconds), and `epoch`
 * where one ended. Of a run under way the last step is left out, as more may still be measured at it and lines cannot be changed later.
 */
export function historyOf(run: Run): WandbHistory {
  const epochAt = new Map(run.metrics().map(({epoch, step}) => [step, epoch]));
  const rows = new Map<number, Record<string, number>>();
  const moments = scalarsOf(run);
  const started = secondsOf(run.startedAt) ?? moments[0]?.wallSeconds ?? 0;
  for (const {step, wallSeconds, values} of moments) {
    const epoch = epochAt.get(step);
    rows.set(step, {
      ...rows.get(step),
      ...values,
      ...(epoch === undefined ? {} : {epoch}),
      _step: step,
      _timestamp: wallSeconds,
      _runtime: wallSeconds - started,
    });
  }
  const lastStep = moments.at(-1)?.step;
  if (run.state === 'running' && lastStep !== undefined) rows.delete(lastStep);
  const last = Object.assign({}, ...rows.values()) as Record<string, number>;
  const lines = [...rows].map(([step, row]) => ({step, text: toExtendedJson(row)}));
  return {lines, last, runtimeSeconds: last._runtime ?? 0};
}
