import {Type} from '@sinclair/typebox';
import {sizeOf} from '../../support/tensor.js';
import {defineInitializer} from './definition.js';

/**
 * Gram-Schmidt over `count` rows of `length` normal numbers; rows come out orthonormal. A row that lost much of its length is
 * projected once more, because rounding then weighs (Daniel et al. 1976). Uniform over orthogonal matrices, as normal rows
 * prefer no direction.
 */
function orthonormalRows(count: number, length: number, draw: () => number): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < count) {
    const row = Float64Array.from({length}, draw);
    let before = Number.POSITIVE_INFINITY;
    let norm = normOf(row);
    while (norm < before / 2) {
      for (const other of rows) subtractProjection(row, other);
      before = norm;
      norm = normOf(row);
    }
    for (let i = 0; i < length; i++) row[i]! /= norm;
    rows.push(row);
  }
  return rows;
}

const normOf = (row: Float64Array): number => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));

/** @param unit of length 1 */
function subtractProjection(row: Float64Array, unit: Float64Array): void {
  let overlap = 0;
  for (let i = 0; i < row.length; i++) overlap += row[i]! * unit[i]!;
  for (let i = 0; i < row.length; i++) row[i]! -= overlap * unit[i]!;
}

export const orthogonal = defineInitializer({
  type: 'orthogonal',
  summary:
    'Random orthonormal rows or columns (Saxe et al. 2014). Time grows with the cube of the size: seconds at 1,000 units.',
  args: Type.Object({gain: Type.Number({default: 1, description: 'Factor on the orthonormal matrix.'})}),
  fill({gain}, values, shape, _fans, rng) {
    const columns = shape.at(-1) ?? 1;
    const rows = sizeOf(shape) / columns;
    const wide = columns >= rows;
    const basis = orthonormalRows(Math.min(rows, columns), Math.max(rows, columns), () => rng.normal());
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) values[r * columns + c] = gain * (wide ? basis[r]![c]! : basis[c]![r]!);
    }
  },
  stock: (initializers, {gain}) => initializers.orthogonal({gain}),
});
