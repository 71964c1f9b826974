import type {JudgedExamples, Metric} from './metric.js';

/** What one batch adds to a mean: a sum in double precision and the number of things summed. */
export interface Contribution {
  readonly sum: number;
  readonly count: number;
}

/** A metric that is one big mean over the epoch: total sum over total count, and a function of it where one is given. */
export function meanMetric(
  contributionOf: (examples: JudgedExamples, outputs: Float32Array) => Contribution,
  resultOf: (mean: number) => number = (mean) => mean,
): Metric {
  let [sum, count] = [0, 0];
  return {
    update(examples, outputs) {
      const contribution = contributionOf(examples, outputs);
      sum += contribution.sum;
      count += contribution.count;
    },
    result: () => resultOf(sum / count),
    gathered: () => Float64Array.of(sum, count),
    restore(gathered) {
      [sum, count] = [gathered[0]!, gathered[1]!];
    },
    reset() {
      [sum, count] = [0, 0];
    },
  };
}

/** A mean over all elements of a function of output and target. */
export const meanOverElements = (
  errorOf: (output: number, target: number) => number,
  resultOf?: (mean: number) => number,
): Metric =>
  meanMetric(({targets}, outputs) => {
    let sum = 0;
    for (let i = 0; i < outputs.length; i++) sum += errorOf(outputs[i]!, targets[i]!);
    return {sum, count: outputs.length};
  }, resultOf);
