import type {TProperties} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {TargetEncoding} from '../../data/dataset.js';
import type {Definition} from '../../spec/define.js';

/** A loss of the catalogue. Written with TensorFlow.js operations that have gradients, so that both engines run it. */
export interface LossDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  /** How the data room has to prepare the targets. */
  readonly targets: TargetEncoding;
  /**
   * Mean loss over the batch, a scalar.
   * @param targets [batch] class numbers as floats, [batch, classes] one-hot, or [batch, ...outputShape] values
   * @param outputs [batch, ...outputShape]
   */
  compute(tf: typeof tfjs, spec: Spec, targets: tfjs.Tensor, outputs: tfjs.Tensor): tfjs.Scalar;
}
