import type {Split} from '../data/dataset.js';
import type {Breather} from './breather.js';
import type {MetricValues} from './events.js';
import type {RunningMetrics} from './running-metrics.js';
import type {TrainingSession} from './session.js';

export interface EvaluateOptions {
  readonly session: TrainingSession;
  readonly batchSize: number;
  /** Of its own; reset here. */
  readonly running: RunningMetrics;
  readonly breather: Breather;
  readonly signal?: AbortSignal | undefined;
  /** Stop after so many batches; all by default. */
  readonly maxBatches?: number | undefined;
}

/** Loss and metrics over a split in inference mode, each column with `prefix`. @returns undefined when aborted on the way */
export async function evaluate(
  split: Split,
  prefix: string,
  {session, batchSize, running, breather, signal, maxBatches = Number.POSITIVE_INFINITY}: EvaluateOptions,
): Promise<MetricValues | undefined> {
  running.reset();
  let numBatches = 0;
  for (const batch of split.batches(batchSize)) {
    const pending = session.evaluate(batch);
    running.update(batch, pending instanceof Promise ? await pending : pending);
    if (breather.isDue) await breather.breathe();
    if (signal?.aborted) return undefined;
    if (++numBatches >= maxBatches) break;
  }
  return running.values(prefix);
}
