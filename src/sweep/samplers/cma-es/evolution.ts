import type {Rng} from '../../../support/random.js';
import {symmetricEigen} from './eigen.js';
import {strategyOf} from './strategy.js';

/** Where a CMA-ES is: it draws from the normal distribution of mean m and covariance σ² C. A value; `evolve` makes the next. */
export interface Evolution {
  readonly mean: Float64Array;
  readonly sigma: number;
  /** C, row by row. */
  readonly covariance: Float64Array;
  /** The paths of the step size and of the covariance. */
  readonly stepPath: Float64Array;
  readonly covariancePath: Float64Array;
  readonly generation: number;
  /** C = B · diag(d²) · Bᵀ: eigenvectors in columns, and the roots of the eigenvalues. */
  readonly basis: Float64Array;
  readonly scales: Float64Array;
}

export function startEvolution(mean: Float64Array, sigma: number): Evolution {
  const n = mean.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) covariance[i * n + i] = 1;
  return withEigen({
    mean,
    sigma,
    covariance,
    stepPath: new Float64Array(n),
    covariancePath: new Float64Array(n),
    generation: 0,
  });
}

/** Rounding may leave an eigenvalue a little below 0. */
const smallestScale = 1e-4;

export function withEigen(evolution: Omit<Evolution, 'basis' | 'scales'>): Evolution {
  const {values, vectors} = symmetricEigen(evolution.covariance, evolution.mean.length);
  return {...evolution, basis: vectors, scales: values.map((value) => (value < 0 ? smallestScale : Math.sqrt(value)))};
}

/** One draw of the distribution. */
export function drawFrom({mean, sigma, basis, scales}: Evolution, rng: Rng): Float64Array {
  const n = mean.length;
  const z = scales.map((scale) => scale * rng.normal());
  return mean.map((m, i) => {
    let y = 0;
    for (let j = 0; j < n; j++) y += basis[i * n + j]! * z[j]!;
    return m + sigma * y;
  });
}

/** One point of a generation. */
export interface Offspring {
  readonly x: Float64Array;
  /** Whether it was not drawn from this distribution; its step is then cut to a likely length, lest it upset the step size (Hansen 2011, "Injecting external solutions into CMA-ES"). */
  readonly isInjected: boolean;
}

/**
 * The next distribution: weighted recombination with negative weights for the worse half, cumulative step-size adaptation, rank-one and
 * rank-µ updates. Equations and defaults of N. Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772).
 * @param offspring best first; at least 2
 */
export function evolve(evolution: Evolution, offspring: readonly Offspring[]): Evolution {
  const {mean, sigma, covariance} = evolution;
  const n = mean.length;
  const {weights, numParents, effective, c1, cMu, cSigma, dSigma, cC, expectedNorm} = strategyOf(n, offspring.length);
  const steps = offspring.map(({x, isInjected}) => {
    const y = x.map((value, i) => (value - mean[i]!) / sigma);
    const whitened = whiten(evolution, y);
    const length = Math.hypot(...whitened);
    const longest = Math.sqrt(n) + (2 * n) / (n + 2);
    const factor = isInjected && length > longest ? longest / length : 1;
    return {y: y.map((value) => factor * value), squaredLength: (factor * length) ** 2};
  });

  const step = new Float64Array(n);
  for (let k = 0; k < numParents; k++) for (let i = 0; i < n; i++) step[i]! += weights[k]! * steps[k]!.y[i]!;
  const whitenedStep = whiten(evolution, step);
  const pathGain = Math.sqrt(cSigma * (2 - cSigma) * effective);
  const stepPath = evolution.stepPath.map((value, i) => (1 - cSigma) * value + pathGain * whitenedStep[i]!);
  const pathLength = Math.hypot(...stepPath);
  const generation = evolution.generation + 1;
  // A long path means that the step size lags behind: the covariance's path then stands still (h_σ).
  const isStalled =
    pathLength / Math.sqrt(1 - (1 - cSigma) ** (2 * (generation + 1))) >= (1.4 + 2 / (n + 1)) * expectedNorm;
  const gain = isStalled ? 0 : Math.sqrt(cC * (2 - cC) * effective);
  const covariancePath = evolution.covariancePath.map((value, i) => (1 - cC) * value + gain * step[i]!);

  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  const kept = 1 + (isStalled ? c1 * cC * (2 - cC) : 0) - c1 - cMu * weightSum;
  const next = covariance.map((value) => kept * value);
  addOuter(next, covariancePath, c1);
  steps.forEach(({y, squaredLength}, k) => {
    const weight = weights[k]!;
    addOuter(next, y, cMu * (weight >= 0 ? weight : (weight * n) / (squaredLength + 1e-8)));
  });
  return withEigen({
    mean: mean.map((value, i) => value + sigma * step[i]!),
    sigma: sigma * Math.exp((cSigma / dSigma) * (pathLength / expectedNorm - 1)),
    covariance: next,
    stepPath,
    covariancePath,
    generation,
  });
}

/** C^(-1/2) · y. */
function whiten({basis, scales}: Evolution, y: Float64Array): Float64Array {
  const n = y.length;
  const result = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let along = 0;
    for (let i = 0; i < n; i++) along += basis[i * n + j]! * y[i]!;
    along /= scales[j]!;
    for (let i = 0; i < n; i++) result[i]! += along * basis[i * n + j]!;
  }
  return result;
}

function addOuter(matrix: Float64Array, vector: Float64Array, factor: number): void {
  const n = vector.length;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j]! += factor * vector[i]! * vector[j]!;
}
