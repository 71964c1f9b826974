import type {TProperties} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {SpecUnion} from '../../spec/define.js';
import {binaryCrossEntropy} from './binary-cross-entropy.js';
import {binaryFocalCrossEntropy} from './binary-focal-cross-entropy.js';
import {categoricalHinge} from './categorical-hinge.js';
import {cosineSimilarity} from './cosine-similarity.js';
import type {LossDefinition} from './definition.js';
import {hinge, squaredHinge} from './hinge.js';
import {huber} from './huber.js';
import {kullbackLeiblerDivergence} from './kullback-leibler-divergence.js';
import {logCosh} from './log-cosh.js';
import {meanAbsoluteError} from './mean-absolute-error.js';
import {meanAbsolutePercentageError} from './mean-absolute-percentage-error.js';
import {meanSquaredError} from './mean-squared-error.js';
import {meanSquaredLogarithmicError} from './mean-squared-logarithmic-error.js';
import {poisson} from './poisson.js';
import {softmaxCrossEntropy} from './softmax-cross-entropy.js';
import {softmaxFocalCrossEntropy} from './softmax-focal-cross-entropy.js';
import {sparseSoftmaxCrossEntropy} from './sparse-softmax-cross-entropy.js';

/** Every loss of the catalogue, by the name users type. */
export const losses = {
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  binaryCrossEntropy,
  softmaxFocalCrossEntropy,
  binaryFocalCrossEntropy,
  categoricalHinge,
  hinge,
  squaredHinge,
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  logCosh,
  poisson,
  kullbackLeiblerDivergence,
  cosineSimilarity,
} as const;

export type LossSpec = SpecUnion<typeof losses>;

/** A loss with its arguments filled in, as engines take it. @param weights [batch] @returns scalar mean over the batch */
export type LossFunction = (
  tf: typeof tfjs,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
  weights?: tfjs.Tensor,
) => tfjs.Scalar;

/** The catalogue's entry for a spec's loss. */
export const lossDefinition = (spec: LossSpec): LossDefinition<string, TProperties, LossSpec> => losses[spec.type];

/** The spec's loss as a function. */
export function lossFunction(spec: LossSpec): LossFunction {
  const definition = lossDefinition(spec);
  return (tf, targets, outputs, weights) => definition.compute(tf, spec, targets, outputs, weights);
}
