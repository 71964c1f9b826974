/** Sizes of each axis, the batch axis left out unless said. */
export type Shape = readonly number[];

/** A plain float32 tensor outside any engine: row-major values and their shape (batch axis, if any, included). */
export interface TensorData {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Whether a value read from a file is a list of sizes. */
export const isShape = (value: unknown): value is Shape =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);

/** `[28, 28, 1]` as people read it. */
export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`;
