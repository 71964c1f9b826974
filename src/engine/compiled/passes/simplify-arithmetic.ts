import type {KernelCall, RecordedGraph, RecordedValue} from '../graph.js';
import {consumersOf, producersOf} from '../graph.js';
import {valueMaker} from './rewrite.js';

const numberOf = (value: RecordedValue | undefined): number | undefined =>
  value?.source.kind === 'constant' ? value.source.value : undefined;

/** A value that is `number · of`. */
interface Scaled {
  readonly of: RecordedValue;
  readonly number: number;
}

/**
 * Element-wise rewrites that save a pass over memory each: x + x is 2 · x, a · (b · x) is (a · b) · x where nobody else reads b · x,
 * a + (-b) is a - b and a - (-b) is a + b. In float32 the first and the last two give the same numbers, the second may differ in the last bit.
 */
export function simplifyArithmetic(graph: RecordedGraph): RecordedGraph {
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const isOutput = new Set([...graph.outputs.values()].map(({id}) => id));
  const isReadOnce = ({id}: RecordedValue): boolean => consumers.get(id)?.length === 1 && !isOutput.has(id);
  const make = valueMaker(graph);
  const scalar: Scalar = (value, like) => ({...make(like), shape: [], source: {kind: 'constant', value}});
  const rewritten = graph.calls.map((call) => {
    const simple =
      doubled(call, scalar) ?? negated(call, producers) ?? scaledTwice(call, producers, isReadOnce, scalar) ?? call;
    if (simple !== call) for (const output of simple.outputs) producers.set(output.id, simple);
    return simple;
  });
  return {...graph, calls: rewritten};
}

/** A constant of no axes. */
type Scalar = (value: number, like: RecordedValue) => RecordedValue;

function doubled(call: KernelCall, scalar: Scalar): KernelCall | undefined {
  const {a, b} = call.inputs;
  if (call.kernel !== 'Add' || !a || a.id !== b?.id || a.dtype !== 'float32' || a.source.kind === 'constant')
    return undefined;
  return {...call, kernel: 'Multiply', inputs: {a: scalar(2, a), b: a}};
}

function negated(call: KernelCall, producers: ReadonlyMap<number, KernelCall>): KernelCall | undefined {
  if (call.kernel !== 'Add' && call.kernel !== 'Sub') return undefined;
  const {a, b} = call.inputs;
  const negativeOf = (value: RecordedValue | undefined): RecordedValue | undefined => {
    const producer = value && producers.get(value.id);
    return producer?.kernel === 'Neg' ? producer.inputs.x : undefined;
  };
  const positive = negativeOf(b);
  if (positive) return {...call, kernel: call.kernel === 'Add' ? 'Sub' : 'Add', inputs: {a, b: positive}};
  const other = call.kernel === 'Add' ? negativeOf(a) : undefined;
  return other && {...call, kernel: 'Sub', inputs: {a: b, b: other}};
}

/** What a product with a scalar multiplies. */
function scaled(call: KernelCall | undefined): Scaled | undefined {
  if (call?.kernel !== 'Multiply' || call.outputs[0]!.dtype !== 'float32') return undefined;
  const {a, b} = call.inputs;
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && a!.shape.length === 0 && b) return {of: b, number: first};
  if (second !== undefined && b!.shape.length === 0 && a) return {of: a, number: second};
  return undefined;
}

function scaledTwice(
  call: KernelCall,
  producers: ReadonlyMap<number, KernelCall>,
  isReadOnce: (value: RecordedValue) => boolean,
  scalar: Scalar,
): KernelCall | undefined {
  const outer = scaled(call);
  const inner = outer && isReadOnce(outer.of) ? scaled(producers.get(outer.of.id)) : undefined;
  if (!outer || !inner) return undefined;
  const number = Math.fround(outer.number * inner.number);
  if (number === 0 || !Number.isFinite(number)) return undefined; // what over- or underflows only together stays apart
  return {...call, inputs: {a: scalar(number, outer.of), b: inner.of}};
}
