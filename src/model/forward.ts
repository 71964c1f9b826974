import type {Tensor} from '@tensorflow/tfjs-core';
import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers';
import type {CallContext} from './call-context.js';
import {type Mask, maskOf} from './masks.js';

/**
 * Runs a model on a batch; engines use only this, never `network.apply`. LayersModel would hand the context on to every layer too,
 * but it wraps the pass in a tidy that disposes what layers announce (moving statistics) and in inference disposes tensors as it goes.
 * Nothing is tidied here: the caller does, and owns the results.
 * @param inputs [batch, ...inputShape] each, in the order of the network's inputs
 * @returns [batch, ...outputShape] each, in the order of the network's outputs; never an input tensor itself
 */
export function forward(network: LayersModel, inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
  const values = new Map<SymbolicTensor, Tensor>(network.inputs.map((input, index) => [input, inputs[index]!]));
  const masks = new Map<SymbolicTensor, Mask>();
  for (const layer of network.layers) {
    const [output, ...further] = [layer.output].flat() as [SymbolicTensor, ...SymbolicTensor[]];
    if (values.has(output)) continue;
    const sources = [layer.input].flat() as SymbolicTensor[];
    const given = sources.map((source) => values.get(source)!);
    const masksGiven = sources.map((source) => masks.get(source));
    const kwargs = {...context, ...(masksGiven.some(Boolean) ? {masks: masksGiven} : {})};
    context.entering?.(layer.name);
    const [first, ...others] = [layer.call(given, layer.trainable ? kwargs : {...kwargs, isFrozen: true})].flat();
    values.set(output, first!);
    further.forEach((state, i) => void values.set(state, others[i]!));
    masks.set(output, maskOf(layer, given, masksGiven));
  }
  return network.outputs.map((output) => {
    const result = values.get(output)!;
    return inputs.includes(result) ? result.clone() : result;
  });
}
