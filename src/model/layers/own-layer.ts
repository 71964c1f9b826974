import type {Tensor} from '@tensorflow/tfjs-core';
import type {CallContext} from '../call-context.js';

/** The one tensor of a layer with one input. */
export const onlyTensor = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** TensorFlow.js's untyped kwargs as what exp passes there; called by TensorFlow.js itself (predict), they mean inference. */
export function callContextOf(kwargs: unknown): CallContext {
  const context = kwargs as Partial<CallContext> | undefined;
  return context?.training ? (context as CallContext) : {training: false};
}
