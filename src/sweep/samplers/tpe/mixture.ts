import type {Rng} from '../../../support/random.js';
import {logNormalMass, normalCdf, normalQuantile} from '../normal.js';
import {type NumericRange, valueAt} from '../values.js';

/** One normal distribution a kernel, on the range's scale, cut off at its ends; of a stepped range the mass of the value's cell. */
export interface NumericKernels {
  readonly range: NumericRange;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** The chances of the choices, a row a kernel. */
export interface CategoricalKernels {
  readonly numChoices: number;
  readonly chances: Float64Array;
}

export type Kernels = NumericKernels | CategoricalKernels;

/** A value for every dimension: the number itself, or the index of a choice. */
export type MixturePoint = readonly number[];

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** A weighted sum of kernels, each a product over the dimensions. */
export interface Mixture {
  readonly weights: Float64Array;
  readonly dimensions: readonly Kernels[];
}

/** Draws a kernel by its weight, and of it a value for each dimension. */
export function sampleMixture({weights, dimensions}: Mixture, rng: Rng): MixturePoint {
  const kernel = drawIndex(weights, 0, weights.length, rng.uniform());
  return dimensions.map((kernels) => {
    if ('numChoices' in kernels) {
      const {numChoices, chances} = kernels;
      return drawIndex(chances, kernel * numChoices, numChoices, rng.uniform());
    }
    const {range, means, deviations} = kernels;
    const [mean, deviation] = [means[kernel]!, deviations[kernel]!];
    return valueAt(range, mean + deviation * truncatedQuantile(range, mean, deviation, rng));
  });
}

/** Which of `count` chances from `start` on, which sum to 1, a number of [0, 1) falls into. */
function drawIndex(chances: Float64Array, start: number, count: number, unit: number): number {
  let left = unit;
  for (let i = 0; i < count - 1; i++) {
    left -= chances[start + i]!;
    if (left < 0) return i;
  }
  return count - 1;
}

/** A draw, in standard deviations from the mean; taken from whichever tail is nearer, where numbers are exact. */
function truncatedQuantile({from, to}: NumericRange, mean: number, deviation: number, rng: Rng): number {
  const unit = (rng.nextUint32() + 0.5) / 2 ** 32;
  const below = normalCdf((from - mean) / deviation);
  const above = normalCdf((mean - to) / deviation);
  const mass = 1 - below - above;
  const chance = below + unit * mass;
  return chance <= 0.5 ? normalQuantile(chance) : -normalQuantile(above + (1 - unit) * mass);
}

/** The logarithm of the density at each point; on the range's scale, so without the derivative of the logarithm of a log scale. */
export function mixtureLogDensities({weights, dimensions}: Mixture, points: readonly MixturePoint[]): Float64Array {
  const numKernels = weights.length;
  const terms = new Float64Array(points.length * numKernels);
  const logWeights = weights.map(Math.log);
  for (let row = 0; row < points.length; row++) terms.set(logWeights, row * numKernels);
  dimensions.forEach((kernels, dimension) => {
    const values = points.map((point) => point[dimension]!);
    if ('numChoices' in kernels) addCategorical(terms, kernels, values);
    else if (kernels.range.step === 0) addContinuous(terms, kernels, values);
    else addStepped(terms, kernels, values);
  });
  return Float64Array.from(points, (_, row) => logSumExp(terms.subarray(row * numKernels, (row + 1) * numKernels)));
}

function logSumExp(terms: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < terms.length; i++) if (terms[i]! > largest) largest = terms[i]!;
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) {
    const below = terms[i]! - largest;
    if (below > -40) sum += Math.exp(below); // less than that is lost in the sum: e^-40 < 2^-57
  }
  return Math.log(sum) + largest;
}

function addCategorical(
  terms: Float64Array,
  {numChoices, chances}: CategoricalKernels,
  values: readonly number[],
): void {
  const numKernels = chances.length / numChoices;
  const logs = chances.map(Math.log);
  let at = 0;
  for (const value of values) {
    for (let kernel = 0; kernel < numKernels; kernel++) terms[at++]! += logs[kernel * numChoices + value]!;
  }
}

function addContinuous(
  terms: Float64Array,
  {range, means, deviations}: NumericKernels,
  values: readonly number[],
): void {
  const numKernels = means.length;
  const constants = means.map((mean, kernel) => {
    const deviation = deviations[kernel]!;
    return (
      -halfLogTwoPi -
      Math.log(deviation) -
      logNormalMass((range.from - mean) / deviation, (range.to - mean) / deviation)
    );
  });
  const inverses = deviations.map((deviation) => 1 / deviation);
  let at = 0;
  for (const value of values) {
    const scaled = range.isLog ? Math.log(value) : value;
    for (let kernel = 0; kernel < numKernels; kernel++) {
      const z = (scaled - means[kernel]!) * inverses[kernel]!;
      terms[at++]! += constants[kernel]! - 0.5 * z * z;
    }
  }
}

/** Many kernels are equal, since observations share values: each different one is worked out once a value. */
function addStepped(terms: Float64Array, {range, means, deviations}: NumericKernels, values: readonly number[]): void {
  const numKernels = means.length;
  const {classes, first} = equalKernels(means, deviations);
  const totals = first.map((kernel) => {
    const [mean, deviation] = [means[kernel]!, deviations[kernel]!];
    return logNormalMass((range.from - mean) / deviation, (range.to - mean) / deviation);
  });
  const known = new Map<number, Float64Array>();
  values.forEach((value, row) => {
    let masses = known.get(value);
    if (masses === undefined) {
      const [left, right] = [value - range.step / 2, value + range.step / 2];
      const [low, high] = range.isLog ? [Math.log(left), Math.log(right)] : [left, right];
      masses = Float64Array.from(first, (kernel, index) => {
        const [mean, deviation] = [means[kernel]!, deviations[kernel]!];
        return logNormalMass((low - mean) / deviation, (high - mean) / deviation) - totals[index]!;
      });
      known.set(value, masses);
    }
    const start = row * numKernels;
    for (let kernel = 0; kernel < numKernels; kernel++) terms[start + kernel]! += masses[classes[kernel]!]!;
  });
}

function equalKernels(
  means: Float64Array,
  deviations: Float64Array,
): {readonly classes: Uint32Array; readonly first: readonly number[]} {
  const byMean = new Map<number, Map<number, number>>();
  const first: number[] = [];
  const classes = new Uint32Array(means.length);
  for (let kernel = 0; kernel < means.length; kernel++) {
    const byDeviation = byMean.get(means[kernel]!) ?? new Map<number, number>();
    byMean.set(means[kernel]!, byDeviation);
    let index = byDeviation.get(deviations[kernel]!);
    if (index === undefined) {
      index = first.push(kernel) - 1;
      byDeviation.set(deviations[kernel]!, index);
    }
    classes[kernel] = index;
  }
  return {classes, first};
}
