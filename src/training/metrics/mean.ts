import type {JudgedExamples, Metric} from './metric.js';

/** What one batch adds to a mean: a sum in double precision and the number of things summed. */
export interface Contribution {
  readonly sum: number;
  readonly count: number;
}

/** A metric that is one big mean over the epoch: total sum over total count. */
export function meanMetric(contributionOf: (batch: JudgedExamples, outputs: Float32Array) => Contribution): Metric {
  let [sum, count] = [0, 0];
  return {
    update(batch, outputs) {
      const contribution = contributionOf(batch, outputs);
      sum += contribution.sum;
      count += contribution.count;
    },
    result: () => sum / count,
    reset() {
      [sum, count] = [0, 0];
    },
  };
}
