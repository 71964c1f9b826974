import {consumersOf, type KernelCall, type RecordedGraph, type RecordedValue} from '../graph.js';
import {valueMaker} from './rewrite.js';

/** A relu that only a max pooling and its gradient read, with the calls that form the pattern. */
interface Match {
  readonly relu: KernelCall;
  readonly pool: KernelCall;
  /** MaxPoolGrad, and the Multiply that masks its result by the relu's step. Absent in inference. */
  readonly gradient?: {readonly unpool: KernelCall; readonly mask: KernelCall};
}

/**
 * maxPool(relu(z)) becomes relu(maxPool(z)), and in the backward pass the mask is applied to the pooled gradient instead of the
 * unpooled one: the same numbers, as relu is monotone, on a quarter of the elements.
 */
export function poolBeforeRelu(graph: RecordedGraph): RecordedGraph {
  const consumers = consumersOf(graph);
  const outputs = new Set([...graph.outputs.values()].map((value) => value.id));
  const matches = graph.calls.map((call) => match(call, consumers, outputs)).filter((found) => found !== undefined);
  const make = valueMaker(graph);
  const replaced = new Map<KernelCall, readonly KernelCall[]>();
  for (const {relu, pool, gradient} of matches) {
    const z = relu.inputs.x!;
    const pooled = pool.outputs[0]!;
    const pooledBefore = make(pooled);
    replaced.set(relu, []);
    replaced.set(pool, [
      {...pool, inputs: {x: z}, outputs: [pooledBefore]},
      {...relu, inputs: {x: pooledBefore}, outputs: [pooled]},
    ]);
    if (!gradient) continue;
    const {unpool, mask} = gradient;
    const step = make(pooled);
    const masked = make(pooled);
    replaced.set(unpool, []);
    replaced.set(mask, [
      {kernel: 'Step', inputs: {x: pooled}, attrs: {alpha: 0}, outputs: [step], origin: mask.origin},
      {kernel: 'Multiply', inputs: {a: unpool.inputs.dy, b: step}, attrs: {}, outputs: [masked], origin: mask.origin},
      {...unpool, inputs: {dy: masked, input: z, output: pooledBefore}, outputs: mask.outputs},
    ]);
  }
  return {...graph, calls: graph.calls.flatMap((call) => replaced.get(call) ?? [call])};
}

function match(
  relu: KernelCall,
  consumers: ReadonlyMap<number, readonly KernelCall[]>,
  outputs: ReadonlySet<number>,
): Match | undefined {
  if (relu.kernel !== 'Relu') return undefined;
  const readers = (value: RecordedValue): readonly KernelCall[] =>
    outputs.has(value.id) ? [] : (consumers.get(value.id) ?? []);
  const [pool, unpool, ...others] = readers(relu.outputs[0]!);
  if (pool?.kernel !== 'MaxPool' || others.length > 0) return undefined;
  if (!unpool) return {relu, pool};
  if (unpool.kernel !== 'MaxPoolGrad' || unpool.inputs.input !== relu.outputs[0]) return undefined;
  const [mask, ...more] = readers(unpool.outputs[0]!);
  if (mask?.kernel !== 'Multiply' || more.length > 0) return undefined;
  const factor = mask.inputs.a === unpool.outputs[0] ? mask.inputs.b : mask.inputs.a;
  const steps = consumers.get(relu.inputs.x!.id) ?? [];
  const isStepOfRelu = steps.some((call) => call.kernel === 'Step' && !call.attrs.alpha && call.outputs[0] === factor);
  return isStepOfRelu ? {relu, pool, gradient: {unpool, mask}} : undefined;
}
