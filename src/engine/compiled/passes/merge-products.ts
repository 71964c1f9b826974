import {consumersOf, type KernelCall, producersOf, type RecordedGraph, type RecordedValue} from '../graph.js';
import {valueMaker} from './rewrite.js';

/** Below this the copies that make one product of several cost more than they save. */
const minProducts = 4;

/**
 * aᵀ₁ · b₁ + aᵀ₂ · b₂ + … becomes one product of the stacked a and the stacked b. The gradient of a weight that every step of a
 * recurrence uses is such a sum, in which each small product would write the whole gradient once more.
 */
export function mergeProducts(graph: RecordedGraph): RecordedGraph {
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const outputs = new Set([...graph.outputs.values()].map((value) => value.id));
  /** What makes a value that only one call reads. */
  const ownProducer = (value: RecordedValue): KernelCall | undefined =>
    outputs.has(value.id) || consumers.get(value.id)?.length !== 1 ? undefined : producers.get(value.id);
  const make = valueMaker(graph);
  const replaced = new Map<KernelCall, readonly KernelCall[]>();
  // Sums are met from their last addition, as that stands behind the others.
  for (const sum of graph.calls.toReversed()) {
    if (sum.kernel !== 'Add' || replaced.has(sum)) continue;
    const {additions, products, others} = termsOf(sum, ownProducer);
    if (products.length < minProducts) continue;
    for (const call of [...additions, ...products]) replaced.set(call, []);
    replaced.set(sum, merged(sum, products, others, make));
  }
  return {...graph, calls: graph.calls.flatMap((call) => replaced.get(call) ?? [call])};
}

interface Terms {
  readonly additions: readonly KernelCall[];
  readonly products: readonly KernelCall[];
  readonly others: readonly RecordedValue[];
}

function termsOf(sum: KernelCall, ownProducer: (value: RecordedValue) => KernelCall | undefined): Terms {
  const {shape} = sum.outputs[0]!;
  const additions: KernelCall[] = [];
  const products: KernelCall[] = [];
  const others: RecordedValue[] = [];
  const pending = [sum.inputs.b!, sum.inputs.a!];
  for (let value = pending.pop(); value; value = pending.pop()) {
    const producer = value.shape.join() === shape.join() ? ownProducer(value) : undefined;
    if (producer?.kernel === 'Add') {
      additions.push(producer);
      pending.push(producer.inputs.b!, producer.inputs.a!);
    } else if (producer && isOuterProduct(producer)) {
      products.push(producer);
    } else {
      others.push(value);
    }
  }
  return {additions, products, others};
}

const isOuterProduct = ({kernel, inputs, attrs}: KernelCall): boolean =>
  kernel === 'BatchMatMul' && inputs.a!.shape.length === 2 && attrs.transposeA === true && attrs.transposeB === false;

/** One product in place of `products`, and the other terms added to it. */
function merged(
  sum: KernelCall,
  products: readonly KernelCall[],
  others: readonly RecordedValue[],
  make: (like: RecordedValue) => RecordedValue,
): readonly KernelCall[] {
  const result = sum.outputs[0]!;
  const {origin} = products[0]!;
  const stacked = (name: 'a' | 'b'): KernelCall => {
    const parts = products.map(({inputs}) => inputs[name]!);
    const rows = parts.reduce((total, {shape}) => total + shape[0]!, 0);
    return {
      kernel: 'Concat',
      inputs: Object.fromEntries(parts.map((part, index) => [index, part])),
      attrs: {axis: 0},
      outputs: [make({...parts[0]!, shape: [rows, parts[0]!.shape[1]!]})],
      origin,
    };
  };
  const [a, b] = [stacked('a'), stacked('b')];
  let total = others.length === 0 ? result : make(result);
  const calls: KernelCall[] = [a, b, {...products[0]!, inputs: {a: a.outputs[0]!, b: b.outputs[0]!}, outputs: [total]}];
  for (const [index, other] of others.entries()) {
    const next = index === others.length - 1 ? result : make(result);
    calls.push({kernel: 'Add', inputs: {a: total, b: other}, attrs: {}, outputs: [next], origin});
    total = next;
  }
  return calls;
}
