import {sizeOf} from '../../support/tensor.js';
import type {Metric, MetricContext} from './metric.js';

/** Means over the set of one output: t is a target less the mean target, e an error (output − target) less the mean error. */
export interface Moments {
  /** Of t². */
  readonly targetVariance: number;
  /** Of e². */
  readonly errorVariance: number;
  /** Of t · e. */
  readonly covariance: number;
  /** Of the errors themselves. */
  readonly meanError: number;
}

/** Running sums; targets are taken relative to the first one, so that a large mean costs no digits. */
interface Sums {
  shift: number;
  target: number;
  targetSquared: number;
  error: number;
  errorSquared: number;
  product: number;
}

function momentsOf(sums: Sums, count: number): Moments {
  const [meanTarget, meanError] = [sums.target / count, sums.error / count];
  return {
    targetVariance: sums.targetSquared / count - meanTarget ** 2,
    errorVariance: sums.errorSquared / count - meanError ** 2,
    covariance: sums.product / count - meanTarget * meanError,
    meanError,
  };
}

/** A metric of predicted values that follows from their moments, the mean over the outputs. */
export function momentsMetric({outputShape}: MetricContext, resultOf: (moments: Moments) => number): Metric {
  const numOutputs = sizeOf(outputShape);
  let sums: Sums[] = [];
  let count = 0;
  return {
    update({targets}, outputs) {
      for (let i = 0; i < outputs.length; i++) {
        const target = targets[i]!;
        const error = outputs[i]! - target;
        sums[i % numOutputs] ??= {shift: target, target: 0, targetSquared: 0, error: 0, errorSquared: 0, product: 0};
        const sum = sums[i % numOutputs]!;
        const deviation = target - sum.shift;
        sum.target += deviation;
        sum.targetSquared += deviation ** 2;
        sum.error += error;
        sum.errorSquared += error ** 2;
        sum.product += deviation * error;
      }
      count += outputs.length / numOutputs;
    },
    result: () => sums.reduce((total, sum) => total + resultOf(momentsOf(sum, count)), 0) / sums.length,
    gathered: () =>
      Float64Array.from([
        count,
        ...sums.flatMap((sum) => [sum.shift, sum.target, sum.targetSquared, sum.error, sum.errorSquared, sum.product]),
      ]),
    restore(gathered) {
      count = gathered[0]!;
      sums = Array.from({length: (gathered.length - 1) / 6}, (_, index): Sums => {
        const [shift, target, targetSquared, error, errorSquared, product] = gathered.subarray(6 * index + 1);
        return {
          shift: shift!,
          target: target!,
          targetSquared: targetSquared!,
          error: error!,
          errorSquared: errorSquared!,
          product: product!,
        };
      });
    },
    reset() {
      [sums, count] = [[], 0];
    },
  };
}
