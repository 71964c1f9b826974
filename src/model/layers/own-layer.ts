import type {Tensor} from '@tensorflow/tfjs-core';
import type {CallContext} from '../call-context.js';

/** The one tensor of a layer with one input. */
export const onlyTensor = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** TensorFlow.js's untyped kwargs as what exp passes there; called by TensorFlow.js itself (predict), they mean inference. */
export function callContextOf(kwargs: unknown): CallContext {
  const context = kwargs as Partial<CallContext> | undefined;
  if (context?.training) return context as CallContext;
  return {training: false, ...(context?.masks ? {masks: context.masks} : {})};
}

/** The step's dropout mask (see NoiseRequest), or nothing outside training and at rate 0. @param asker the layer's name, `name/purpose` where it asks for several */
export function keepMaskOf(
  context: CallContext,
  asker: string,
  rate: number,
  shape: readonly number[],
): Tensor | undefined {
  if (!context.training || rate === 0) return undefined;
  if (!context.noise) throw new Error(`${asker}: training without a source of noise`);
  return context.noise({layer: asker, kind: 'keepMask', rate, shape});
}
