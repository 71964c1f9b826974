import type {TProperties} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {TargetEncoding} from '../../data/dataset.js';
import type {Definition, SpecOf} from '../../spec/define.js';

/** What a loss takes the model's outputs for: unnormalised log-odds (or scores), probabilities, or the predicted values themselves. */
export type OutputMeaning = 'logits' | 'probabilities' | 'values';

/** A loss of the catalogue. Written with TensorFlow.js operations that have gradients, so that both engines run it. */
export interface LossDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  /** How the data room has to prepare the targets. */
  readonly targets: TargetEncoding;
  /** A metric must be able to take the outputs for the same thing. */
  outputs(spec: Spec): OutputMeaning;
  /** The activation that is part of a loss from logits. */
  readonly includes?: 'softmax' | 'sigmoid';
  /** The activations one of which the model has to end in; any, when absent. */
  endings?(spec: Spec): readonly string[] | undefined;
  /** Whether a target may be a mixture of classes, a row of shares that sum to 1. */
  readonly takesMixtures?: boolean;
  /** Smallest and largest target that the formula is for, where not every number is. */
  readonly targetRange?: readonly [number, number];
  /** Class number whose rows do not count; metrics leave them out as well. */
  ignores?(spec: Spec): number | undefined;
  /**
   * Mean loss over the batch, a scalar: over everything that each example has and, where examples have weights, of weight · loss. It is
   * divided by the count as without weights (sum_over_batch_size of Keras 3), so that weights of 1 change nothing.
   * @param targets [batch, ...] class numbers as floats, [batch, ..., classes] one-hot, or [batch, ...outputShape] values
   * @param outputs [batch, ...outputShape]
   * @param weights [batch], each for all rows of its example; 1 when left out
   */
  compute(tf: typeof tfjs, spec: Spec, targets: tfjs.Tensor, outputs: tfjs.Tensor, weights?: tfjs.Tensor): tfjs.Scalar;
}

/** Types a loss from its own arguments; returns it unchanged. */
export const defineLoss = <const Name extends string, Args extends TProperties>(
  definition: LossDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): LossDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
