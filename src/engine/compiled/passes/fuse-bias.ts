import {formatShape} from '../../../support/tensor.js';
import {consumersOf, type KernelCall, producersOf, type RecordedGraph, type RecordedValue} from '../graph.js';

const fusedForms: Readonly<Record<string, string>> = {Conv2D: 'FusedConv2D', BatchMatMul: '_FusedMatMul'};

/**
 * Add(Conv2D(x, w), bias) and Add(BatchMatMul(a, b), bias) become the fused kernels, when nobody else reads the bare product. A product
 * of two matrices also takes a matrix of its own shape: the next part of a sum.
 */
export function fuseBias(graph: RecordedGraph): RecordedGraph {
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const outputs = new Set([...graph.outputs.values()].map((value) => value.id));
  const replaced = new Set<KernelCall>();
  const isLastAxisVector = (bias: RecordedValue, product: RecordedValue): boolean =>
    bias.shape.length === 1 && bias.shape[0] === product.shape.at(-1) && bias.dtype === 'float32';
  const isMatrix = ({kernel, inputs}: KernelCall, term: RecordedValue, product: RecordedValue): boolean =>
    kernel === 'BatchMatMul' &&
    [inputs.a!, inputs.b!, term].every(({shape}) => shape.length === 2) &&
    formatShape(term.shape) === formatShape(product.shape);
  const calls = graph.calls.map((call) => {
    const {a, b} = call.inputs;
    if (call.kernel !== 'Add' || !a || !b) return call;
    const product = producers.get(a.id);
    const fused = product && fusedForms[product.kernel];
    if (
      !product ||
      !fused ||
      outputs.has(a.id) ||
      consumers.get(a.id)!.length > 1 ||
      (!isLastAxisVector(b, a) && !isMatrix(product, b, a))
    )
      return call;
    replaced.add(product);
    return {
      kernel: fused,
      inputs: {...product.inputs, bias: b},
      attrs: {...product.attrs, activation: 'linear'},
      outputs: call.outputs,
      origin: product.origin,
    };
  });
  return {...graph, calls: calls.filter((call) => !replaced.has(call))};
}
