import {type Shape, sizeOf} from '../../../support/tensor.js';
import type {KernelCall, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';
import {emitActivation} from './activation.js';
import {attributes, broadcast, input, type Kernel} from './kernel.js';

interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

function productShape(a: Shape, b: Shape, {transposeA, transposeB}: MatMulAttrs): Shape {
  const rows = transposeA ? a.at(-1)! : a.at(-2)!;
  const columns = transposeB ? b.at(-2)! : b.at(-1)!;
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

const isMatrix = (value: RecordedValue): boolean => sizeOf(value.shape.slice(0, -2)) === 1;

function swapped(builder: GraphBuilder, value: RecordedValue, transpose: boolean): string {
  if (!transpose) return builder.plain(value);
  const perm = value.shape.map((_, axis) => axis);
  perm.push(perm.splice(-2, 1)[0]!);
  return builder.node('Transpose', [builder.plain(value)], {perm});
}

/** a·b (+ bias), then the activation. A batch of one matrix runs as Gemm, which takes transposed operands without copying them. */
function lower(call: KernelCall, builder: GraphBuilder): void {
  const [a, b] = [input(call.inputs, 'a'), input(call.inputs, 'b')];
  const bias = call.inputs.bias;
  const attrs = attributes<MatMulAttrs>(call.attrs);
  const output = call.outputs[0]!;
  const finish = (product: string): string => emitActivation(builder, product, attrs.activation, attrs.leakyreluAlpha);
  if (isMatrix(a) && isMatrix(b)) {
    const operands = [builder.as(a, a.shape.slice(-2)), builder.as(b, b.shape.slice(-2))];
    if (bias) operands.push(builder.plain(bias));
    const product = builder.node('Gemm', operands, {
      transA: attrs.transposeA ? 1 : 0,
      transB: attrs.transposeB ? 1 : 0,
    });
    builder.defineView(output, builder.temporary(output.shape.slice(-2), output.dtype, finish(product)));
    return;
  }
  const product = builder.node('MatMul', [
    swapped(builder, a, attrs.transposeA),
    swapped(builder, b, attrs.transposeB),
  ]);
  builder.define(output, finish(bias ? builder.node('Add', [product, builder.plain(bias)]) : product));
}

const matMul: Kernel = {
  infer: (inputs, attrs) => {
    const [a, b] = [input(inputs, 'a'), input(inputs, 'b')];
    return [{shape: productShape(a.shape, b.shape, attributes<MatMulAttrs>(attrs)), dtype: 'float32'}];
  },
  lower,
};

export const matMulKernels = {BatchMatMul: matMul, _FusedMatMul: matMul} as const satisfies Record<string, Kernel>;
