import {type Shape, sizeOf} from '../../support/tensor.js';
import type {Elementwise, WeightMath} from './rule.js';

/** Numbers of a weight as matrices that its last two axes make: one a matrix, row, column or element, as the sizes say. */
export interface Numbers {
  /** Each the weight's or 1, in which case the number goes for all. */
  readonly sizes: Sizes;
  /** [matrices, rows, columns] */
  readonly values: Float64Array;
}

/** How many matrices, rows of each, and columns of each. */
export type Sizes = readonly [matrices: number, rows: number, columns: number];

/** A weight's shape as matrices; one of fewer axes is a single row. */
export const matricesOf = (shape: Shape): Sizes => [
  sizeOf(shape.slice(0, -2)),
  shape.length > 1 ? shape.at(-2)! : 1,
  shape.at(-1) ?? 1,
];

/** A rule on whole arrays, every number computed by another arithmetic. Means are taken in double precision. */
export function arrayMath(scalar: Elementwise<number>): WeightMath<Numbers> {
  const map =
    (compute: (a: number) => number) =>
    ({sizes, values}: Numbers): Numbers => ({sizes, values: values.map(compute)});
  const combine =
    (compute: (a: number, b: number) => number) =>
    (a: Numbers, b: Numbers): Numbers => {
      const sizes = a.sizes.map((size, axis) => Math.max(size, b.sizes[axis]!)) as unknown as Sizes;
      const [placeInA, placeInB] = [placesOf(a.sizes), placesOf(b.sizes)];
      const values = fill(sizes, (...place) => compute(a.values[placeInA(...place)]!, b.values[placeInB(...place)]!));
      return {sizes, values};
    };
  const constant = (value: number): Numbers => ({sizes: [1, 1, 1], values: Float64Array.of(scalar.constant(value))});
  return {
    constant,
    add: combine(scalar.add),
    sub: combine(scalar.sub),
    mul: combine(scalar.mul),
    div: combine(scalar.div),
    max: combine(scalar.max),
    min: combine(scalar.min),
    abs: map(scalar.abs),
    sqrt: map(scalar.sqrt),
    mean: (a) => meanOver(a, [0, 1, 2], scalar),
    meanOfRows: (a) => meanOver(a, [2], scalar),
    meanOfColumns: (a) => meanOver(a, [1], scalar),
  };
}

type Place = (matrix: number, row: number, column: number) => number;

/** Where the number for an element is; an axis of size 1 has one for all. */
const placesOf =
  ([matrices, rows, columns]: Sizes): Place =>
  (matrix, row, column) =>
    ((matrices > 1 ? matrix : 0) * rows + (rows > 1 ? row : 0)) * columns + (columns > 1 ? column : 0);

function fill([matrices, rows, columns]: Sizes, numberAt: Place): Float64Array {
  const values = new Float64Array(matrices * rows * columns);
  let next = 0;
  for (let matrix = 0; matrix < matrices; matrix++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) values[next++] = numberAt(matrix, row, column);
  return values;
}

function meanOver({sizes, values}: Numbers, axes: readonly number[], {constant}: Elementwise<number>): Numbers {
  const kept = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size)) as unknown as Sizes;
  const sums = new Float64Array(kept[0] * kept[1] * kept[2]);
  const [from, to] = [placesOf(sizes), placesOf(kept)];
  fill(sizes, (...place) => (sums[to(...place)]! += values[from(...place)]!));
  const count = values.length / sums.length;
  return {sizes: kept, values: sums.map((sum) => constant(sum / count))};
}
