import type {KernelCall, RecordedGraph, RecordedValue} from '../graph.js';

/** The graph with some values read in place of others, wherever they were read, outputs included. */
export function substitute(graph: RecordedGraph, replacements: ReadonlyMap<number, RecordedValue>): RecordedGraph {
  if (replacements.size === 0) return graph;
  const current = (value: RecordedValue): RecordedValue => {
    let found = value;
    for (let next = replacements.get(found.id); next; next = replacements.get(found.id)) found = next;
    return found;
  };
  const rewire = (call: KernelCall): KernelCall => ({
    ...call,
    inputs: Object.fromEntries(Object.entries(call.inputs).map(([name, value]) => [name, value && current(value)])),
  });
  return {
    ...graph,
    calls: graph.calls.map(rewire),
    outputs: new Map([...graph.outputs].map(([name, value]) => [name, current(value)])),
  };
}

/** Makes values that the recording did not have, with ids of their own. */
export function valueMaker(graph: RecordedGraph): (like: RecordedValue) => RecordedValue {
  const values = [...graph.inputs, ...graph.calls.flatMap((call) => [...call.outputs, ...Object.values(call.inputs)])];
  let nextId = values.reduce((largest, value) => Math.max(largest, value?.id ?? 0), 0) + 1;
  return ({shape, dtype}) => ({id: nextId++, shape, dtype, source: {kind: 'kernel'}});
}
