import type {MetricColumn} from './columns.js';
import type {MetricValues} from './metric-values.js';

/** The best value of a monitored column so far. */
export interface Best {
  readonly monitor: string;
  readonly mode: 'min' | 'max';
  readonly epoch: number;
  readonly value: number;
  /** All values of that epoch. */
  readonly metrics: MetricValues;
}

/** Follows one column from epoch to epoch. */
export interface Monitor {
  readonly name: string;
  readonly mode: 'min' | 'max';
  readonly best: Best | undefined;
  /** Takes an epoch's values. @returns whether they are the best so far */
  observe(epoch: number, metrics: MetricValues): boolean;
  /** Goes on from the best of a checkpoint. */
  restore(best: Best): void;
}

/** What both `earlyStopping` and `checkpoint` say about the column they watch. */
export interface MonitorSpec {
  readonly monitor: string;
  readonly mode?: 'min' | 'max' | undefined;
  readonly minDelta?: number;
}

/** `mode` as given, or as the column's metric has it. @throws Error for a column that this training does not have */
export function monitorMode(columns: readonly MetricColumn[], {monitor, mode}: MonitorSpec): 'min' | 'max' {
  const column = columns.find(({name}) => name === monitor);
  if (!column) throw new Error(`no column ${monitor} to monitor`);
  return mode ?? (column.goal === 'maximize' ? 'max' : 'min');
}

/** An improvement is a change for the better by more than `minDelta` (0 by default); NaN never improves. */
export function createMonitor(columns: readonly MetricColumn[], spec: MonitorSpec): Monitor {
  const mode = monitorMode(columns, spec);
  const minDelta = spec.minDelta ?? 0;
  let best: Best | undefined;
  return {
    name: spec.monitor,
    mode,
    get best() {
      return best;
    },
    observe(epoch, metrics) {
      const value = metrics[spec.monitor];
      if (value === undefined) throw new Error(`epoch ${epoch} has no value for the monitored ${spec.monitor}`);
      const gain = best ? (mode === 'max' ? value - best.value : best.value - value) : Number.POSITIVE_INFINITY;
      const isBest = !Number.isNaN(value) && gain > (best ? minDelta : 0);
      if (isBest) best = {monitor: spec.monitor, mode, epoch, value, metrics};
      return isBest;
    },
    restore(saved) {
      best = saved;
    },
  };
}
