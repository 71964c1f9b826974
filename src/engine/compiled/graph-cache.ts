import type {RecordedStep} from './record-step.js';

/** What compiling a step came to, without the arrays of a session: another session may use it. */
export interface CompiledGraph {
  readonly recorded: RecordedStep;
  /** As ONNX. */
  readonly model: Uint8Array;
  readonly numCalls: number;
}

/** Training, its last batch and evaluation, for five networks. */
export const capacity = 16;

const known = new Map<string, CompiledGraph>();

/** The graph of that key, made if this process has not made it lately. The same key must always mean the same graph. */
export function cachedGraph(key: string, make: () => CompiledGraph): CompiledGraph {
  const graph = known.get(key) ?? make();
  known.delete(key);
  known.set(key, graph);
  if (known.size > capacity) known.delete(known.keys().next().value!);
  return graph;
}
