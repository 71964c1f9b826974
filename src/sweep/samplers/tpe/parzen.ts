import type {Distribution} from '../../space/distribution.js';
import {type NumericRange, numericRange} from '../values.js';
import type {CategoricalKernels, Kernels, Mixture, MixturePoint, NumericKernels} from './mixture.js';

/** The prior counts as one observation. */
const priorWeight = 1;

/** How many of the newest observations have full weight. */
const numFullWeights = 25;

/** Weights of n observations, oldest first: the newest 25 count fully, older ones less and less (Bergstra, Yamins and Cox 2013). */
export function observationWeights(n: number): Float64Array {
  const ramp = n - numFullWeights;
  return Float64Array.from({length: n}, (_, i) => {
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / n : 1 / n + (1 - 1 / n) * (i / (ramp - 1));
  });
}

/**
 * The Parzen estimator of Optuna 5.0: one kernel for each observation, and a prior as wide as the space.
 * @param observations oldest first, each a value for every distribution
 */
export function parzenEstimator(
  distributions: readonly Distribution[],
  observations: readonly MixturePoint[],
): Mixture {
  const weights = Float64Array.from([...observationWeights(observations.length), priorWeight]);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    weights: weights.map((weight) => weight / total),
    dimensions: distributions.map((distribution, dimension): Kernels => {
      const values = Float64Array.from(observations, (point) => point[dimension]!);
      return distribution.kind === 'categorical'
        ? categoricalKernels(distribution.choices.length, values)
        : numericKernels(numericRange(distribution), values);
    }),
  };
}

/** Each kernel prefers the choice it saw; the prior's share falls with their number. */
export function categoricalKernels(numChoices: number, observed: Float64Array): CategoricalKernels {
  const numKernels = observed.length + 1;
  const base = priorWeight / numKernels;
  const chances = new Float64Array(numKernels * numChoices).fill(base / (1 + base * numChoices));
  observed.forEach((choice, kernel) => {
    chances[kernel * numChoices + choice] = (1 + base) / (1 + base * numChoices);
  });
  chances.fill(1 / numChoices, observed.length * numChoices);
  return {numChoices, chances};
}

function numericKernels(range: NumericRange, observed: Float64Array): NumericKernels {
  const {from, to} = range;
  const means = range.isLog ? observed.map(Math.log) : observed;
  return {
    range,
    means: Float64Array.from([...means, (from + to) / 2]),
    deviations: Float64Array.from([...neighbourDistances(means, from, to), to - from]),
  };
}

/**
 * How wide the kernels are: the distance to the further one of the two neighbours, the range's ends standing in as neighbours of a
 * lone observation only; never wider than the range, never narrower than it divided by the number of kernels and one, 100 at most ("magic clip").
 */
export function neighbourDistances(means: Float64Array, from: number, to: number): Float64Array {
  const count = means.length;
  const order = Uint32Array.from(means, (_, index) => index).sort((i, j) => means[i]! - means[j]! || i - j);
  const narrowest = (to - from) / Math.min(100, count + 2);
  const distances = new Float64Array(count);
  order.forEach((index, place) => {
    const mean = means[index]!;
    const left = place > 0 ? mean - means[order[place - 1]!]! : count === 1 ? mean - from : 0;
    const right = place < count - 1 ? means[order[place + 1]!]! - mean : count === 1 ? to - mean : 0;
    distances[index] = Math.min(to - from, Math.max(narrowest, left, right));
  });
  return distances;
}
