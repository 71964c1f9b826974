import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type * as tfjs from '@tensorflow/tfjs-core';
import type {regularizers} from '@tensorflow/tfjs-layers';
import type {Regularizer} from '@tensorflow/tfjs-layers/dist/regularizers.js';
import type {Definition} from '../../spec/define.js';

type Arguments<Args extends TProperties> = Readonly<Static<TObject<Args>>>;

/** A penalty on one weight tensor, added to the loss (Keras semantics: a sum over elements, not divided by the batch). */
export interface RegularizerDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  penalty(tf: typeof tfjs, args: Arguments<Args>, weight: tfjs.Tensor): tfjs.Scalar;
  /** The stock regularizer, which the saved model names. */
  stock(tfRegularizers: typeof regularizers, args: Arguments<Args>): Regularizer;
}

/** Identity; infers the name and the argument types of a definition. */
export function defineRegularizer<const Name extends string, Args extends TProperties>(
  definition: RegularizerDefinition<Name, Args>,
): RegularizerDefinition<Name, Args> {
  return definition;
}
