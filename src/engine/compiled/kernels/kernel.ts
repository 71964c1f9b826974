import type {Shape} from '../../../support/tensor.js';
import type {KernelCall, KernelInputs, RecordedType, RecordedValue} from '../graph.js';
import type {GraphBuilder} from '../onnx/builder.js';

/** What a kernel's output looks like. */
export interface OutputInfo {
  readonly shape: Shape;
  readonly dtype: RecordedType;
}

/** How the compiled engine treats one TensorFlow.js kernel. */
export interface Kernel {
  /** Output shapes and types, as TensorFlow.js's own kernel would return them. */
  infer(inputs: KernelInputs, attrs: Readonly<Record<string, unknown>>): readonly OutputInfo[];
  /** Emits the ONNX nodes and defines the call's outputs. */
  lower(call: KernelCall, builder: GraphBuilder): void;
}

/** The input called `name`, which this kernel cannot be without. */
export function input(inputs: KernelInputs, name: string): RecordedValue {
  const value = inputs[name];
  if (!value) throw new Error(`a kernel call lacks its input ${name}`);
  return value;
}

/** `{shape, dtype}` like an existing value. */
export const like = (value: RecordedValue, dtype: RecordedType = value.dtype): OutputInfo => ({
  shape: value.shape,
  dtype,
});

/** Attributes as the kernel's documentation types them; TensorFlow.js's ops have checked them before the kernel runs. */
export const attributes = <Attrs>(attrs: Readonly<Record<string, unknown>>): Attrs => attrs as unknown as Attrs;

/** NumPy broadcasting of two shapes. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({length: rank}, (_, axis) => {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    return left === 1 ? right : left;
  });
}
