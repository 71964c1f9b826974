import {type Shape, sizeOf} from '../../support/tensor.js';

const pageBytes = 65536;
/** A cache line; more than SIMD needs, and keeps two tensors from sharing one. */
const alignment = 64;

/** A float32 tensor inside the arena. */
export interface ArenaTensor {
  readonly shape: Shape;
  readonly values: Float32Array;
  readonly byteOffset: number;
  /** Rounded up to the alignment: what lies between the values and this length is padding that may be overwritten. */
  readonly paddedBytes: number;
}

/**
 * All of a session's state in one WebAssembly memory: ONNX Runtime reads weights from it and writes gradients into it, and the
 * update kernel works on it in place, so nothing is ever copied between them.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly tensors: readonly ArenaTensor[];

  /** @param shapes of the tensors to hold, all zero at first */
  constructor(shapes: readonly Shape[]) {
    const sizes = shapes.map((shape) => Math.ceil((sizeOf(shape) * 4) / alignment) * alignment);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    this.memory = new WebAssembly.Memory({initial: Math.max(1, Math.ceil(total / pageBytes))});
    let byteOffset = 0;
    this.tensors = shapes.map((shape, index) => {
      const tensor = {
        shape,
        values: new Float32Array(this.memory.buffer, byteOffset, sizeOf(shape)),
        byteOffset,
        paddedBytes: sizes[index]!,
      };
      byteOffset += sizes[index]!;
      return tensor;
    });
  }
}
