import type {TProperties} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {Definition, SpecOf} from '../../spec/define.js';
import type {LossDefinition, OutputMeaning} from './definition.js';
import {meanLoss, overExamples} from './mean-loss.js';

/** Of a tensor of outputs and one of targets of the same shape. */
type Pairwise = (outputs: tfjs.Tensor, targets: tfjs.Tensor) => tfjs.Tensor;

/** A function of output and target, and its derivative by the output. */
export interface ElementwiseFunction {
  readonly value: Pairwise;
  readonly slope: Pairwise;
}

/**
 * Mean over all elements of a function of output and target.
 * @param targets as many values as the outputs, of any shape. @param weights [batch]
 */
export function meanOverElements(
  tf: typeof tfjs,
  {value, slope}: ElementwiseFunction,
  targets: tfjs.Tensor,
  outputs: tfjs.Tensor,
  weights?: tfjs.Tensor,
): tfjs.Scalar {
  const wanted = tf.reshape(targets, outputs.shape);
  return meanLoss(tf, {
    outputs,
    share: 1 / outputs.size,
    weights: overExamples(tf, weights, outputs),
    forward: (given) => ({each: value(given, wanted), kept: [given, wanted]}),
    slope: ([given, wanted]) => slope(given!, wanted!),
  });
}

type SpecFor<Name extends string, Args extends TProperties> = SpecOf<Definition<Name, Args>>;

/** A loss that is the mean over all elements of the same function; see {@link LossDefinition} for the rest. */
interface ElementwiseLoss<Name extends string, Args extends TProperties> extends Definition<Name, Args> {
  readonly outputs: OutputMeaning;
  readonly includes?: 'sigmoid';
  readonly targetRange?: readonly [number, number];
  /** The activations one of which the model has to end in; any, when left out. */
  readonly endings?: readonly string[];
  /** The function under the spec's arguments. */
  of(tf: typeof tfjs, spec: SpecFor<Name, Args>): ElementwiseFunction;
}

/** Types a loss of single values from its own arguments and gives it what all of them share. */
export function defineElementwiseLoss<const Name extends string, Args extends TProperties>({
  of,
  outputs: meaning,
  endings,
  ...definition
}: ElementwiseLoss<Name, Args>): LossDefinition<Name, Args, SpecFor<Name, Args>> {
  return {
    ...definition,
    targets: 'values',
    outputs: () => meaning,
    endings: () => endings,
    compute: (tf, spec, targets, outputs, weights) => meanOverElements(tf, of(tf, spec), targets, outputs, weights),
  };
}

/** log(1 + e^x), finite for any finite x. */
export const softplus = (tf: typeof tfjs, x: tfjs.Tensor): tfjs.Tensor =>
  tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
