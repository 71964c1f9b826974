import {formatShape} from '../../../support/tensor.js';
import type {KernelCall, RecordedGraph, RecordedValue} from '../graph.js';
import {substitute, valueMaker} from './rewrite.js';

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
};

const views: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'ExpandDims']);

/**
 * Arithmetic on constants is done here, and what leaves a value as it is (· 1, / 1, + 0, − 0, of the value's own shape) disappears. Products
 * with 0 stay: 0 · NaN is NaN. Constants here are one number repeated; in float32 as the kernels compute.
 */
export function foldConstants(graph: RecordedGraph): RecordedGraph {
  const make = valueMaker(graph);
  const replacements = new Map<number, RecordedValue>();
  const current = (value: RecordedValue | undefined): RecordedValue | undefined =>
    value && (replacements.get(value.id) ?? value);
  const calls = graph.calls.filter((call) => {
    const [output, ...others] = call.outputs;
    if (!output || others.length > 0) return true;
    const number = folded(call, current);
    const same = number === undefined ? neutral(call, output, current) : undefined;
    if (number === undefined && !same) return true;
    const {shape, dtype} = output;
    replacements.set(
      output.id,
      same ?? {id: make(output).id, shape, dtype, source: {kind: 'constant', value: number!}},
    );
    return false;
  });
  return substitute({...graph, calls}, replacements);
}

type Current = (value: RecordedValue | undefined) => RecordedValue | undefined;

const numberOf = (value: RecordedValue | undefined): number | undefined =>
  value?.source.kind === 'constant' ? value.source.value : undefined;

/** The number that a call on constants gives everywhere, if that is known here. */
function folded({kernel, inputs, outputs}: KernelCall, current: Current): number | undefined {
  if (outputs[0]!.dtype !== 'float32') return undefined;
  if (views.has(kernel)) return numberOf(current(inputs.x ?? inputs.input));
  const [a, b] = [numberOf(current(inputs.a)), numberOf(current(inputs.b))];
  const compute = arithmetic[kernel];
  return compute && a !== undefined && b !== undefined ? Math.fround(compute(a, b)) : undefined;
}

/** The operand that a call hands on unchanged. */
function neutral({kernel, inputs}: KernelCall, output: RecordedValue, current: Current): RecordedValue | undefined {
  const [a, b] = [current(inputs.a), current(inputs.b)];
  const fits = (value: RecordedValue | undefined): value is RecordedValue =>
    value !== undefined && value.dtype === output.dtype && formatShape(value.shape) === formatShape(output.shape);
  const [first, second] = [numberOf(a), numberOf(b)];
  if (kernel === 'Multiply') return second === 1 && fits(a) ? a : first === 1 && fits(b) ? b : undefined;
  if (kernel === 'Add') return second === 0 && fits(a) ? a : first === 0 && fits(b) ? b : undefined;
  if (kernel === 'RealDiv') return second === 1 && fits(a) ? a : undefined;
  return kernel === 'Sub' && second === 0 && fits(a) ? a : undefined;
}
