import type {KernelCall, RecordedGraph, RecordedValue} from '../graph.js';
import {substitute} from './rewrite.js';

/** Of calls that do the same to the same values the first one stays and is read in place of the others. Kernels have no memory and no chance. */
export function mergeEqualCalls(graph: RecordedGraph): RecordedGraph {
  const first = new Map<string, KernelCall>();
  const replacements = new Map<number, RecordedValue>();
  const calls = graph.calls.filter((call) => {
    const inputs = Object.entries(call.inputs).map(([name, value]) => [name, value && identityOf(value, replacements)]);
    const key = JSON.stringify([call.kernel, call.attrs, inputs]);
    const known = first.get(key);
    if (!known) {
      first.set(key, call);
      return true;
    }
    for (const [index, output] of call.outputs.entries()) replacements.set(output.id, known.outputs[index]!);
    return false;
  });
  return substitute({...graph, calls}, replacements);
}

/** What tells a value from others: its number and shape for a constant, which is recorded anew wherever it is used. */
function identityOf(value: RecordedValue, replacements: ReadonlyMap<number, RecordedValue>): string {
  const {id, shape, dtype, source} = replacements.get(value.id) ?? value;
  return source.kind === 'constant'
    ? `${dtype} ${Object.is(source.value, -0) ? '-0' : source.value} [${shape}]`
    : `#${id}`;
}
