import {producersOf, type RecordedGraph} from '../graph.js';

/** Drops the calls that no output depends on: gradients of the data, activations recorded for nobody. */
export function removeDeadCode(graph: RecordedGraph): RecordedGraph {
  const producers = producersOf(graph);
  const needed = new Set<object>();
  const pending = [...graph.outputs.values()].map((value) => producers.get(value.id));
  for (let call = pending.pop(); pending.length > 0 || call; call = pending.pop()) {
    if (!call || needed.has(call)) continue;
    needed.add(call);
    for (const input of Object.values(call.inputs)) if (input) pending.push(producers.get(input.id));
  }
  return {...graph, calls: graph.calls.filter((call) => needed.has(call))};
}
