import {type Shape, sizeOf} from '../../support/tensor.js';

/** An array of a file that goes into a weight, by its name after renaming. */
export interface RecipeSource {
  readonly name: string;
  /** What it must have in the file. */
  readonly shape: Shape;
}

/** How one weight of a model is made of what a file holds. */
export interface Recipe {
  /** As checkpoints call it: `conv2d_1/kernel`. */
  readonly weight: string;
  readonly shape: Shape;
  /** Empty where the file's layout has nothing of the kind. */
  readonly sources: readonly RecipeSource[];
  /** @param arrays one per source, row-major @returns the weight's values, row-major; may be the array given */
  combine(arrays: readonly Float32Array[]): Float32Array;
}

/** Row-major values with their axes in another order: axis i of the result is axis `axes[i]` of `shape`. */
export function transpose(values: Float32Array, shape: Shape, axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const place = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      place[axis] = 0;
    }
  }
  return result;
}

/** Rows of a matrix, or values of a vector, in another order: row i of the result is row `order[i]`. */
export function reorder(values: Float32Array, order: readonly number[] | undefined): Float32Array {
  if (!order) return values;
  const width = values.length / order.length;
  const result = new Float32Array(values.length);
  order.forEach((from, to) => {
    result.set(values.subarray(from * width, (from + 1) * width), to * width);
  });
  return result;
}
