import {formatShape} from '../../../support/tensor.js';
import type {KernelCall, RecordedGraph, RecordedValue} from '../graph.js';
import {substitute} from './rewrite.js';

const viewInput: Readonly<Record<string, string>> = {Identity: 'x', Reshape: 'x', ExpandDims: 'input', Cast: 'x'};

/**
 * Calls that give back their input (identities, reshapes to the same shape, casts to the same type) disappear, and a reshape of a
 * reshape reads the original. TensorFlow.js's tape records one identity for each tensor a gradient keeps.
 */
export function removeAliases(graph: RecordedGraph): RecordedGraph {
  const replacements = new Map<number, RecordedValue>();
  const isAlias = (call: KernelCall): boolean => {
    const inputName = viewInput[call.kernel];
    const source = inputName && call.inputs[inputName];
    const output = call.outputs[0]!;
    if (!source || source.dtype !== output.dtype || formatShape(source.shape) !== formatShape(output.shape))
      return false;
    replacements.set(output.id, source);
    return true;
  };
  const calls = graph.calls.filter((call) => !isAlias(call));
  return substitute({...graph, calls}, replacements);
}
