import {Type} from '@sinclair/typebox';
import {sizeOf} from '../../support/tensor.js';
import {defineInitializer} from './definition.js';

/**
 * Gram-Schmidt, twice for accuracy, over `count` rows of `length` normal numbers; rows come out orthonormal.
 * Uniform over orthogonal matrices (Haar), because normal rows have no preferred direction.
 */
function orthonormalRows(count: number, length: number, draw: () => number): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < count) {
    const row = Float64Array.from({length}, draw);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        let overlap = 0;
        for (let i = 0; i < length; i++) overlap += row[i]! * other[i]!;
        for (let i = 0; i < length; i++) row[i]! -= overlap * other[i]!;
      }
    }
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    for (let i = 0; i < length; i++) row[i]! /= norm;
    rows.push(row);
  }
  return rows;
}

export const orthogonal = defineInitializer({
  type: 'orthogonal',
  summary:
    'Random orthonormal rows or columns (Saxe et al. 2014). Time grows with the cube of the size: seconds at 2,000 units.',
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
