import type {TableData} from './data.js';

/** How often each class was taken for each. */
export interface Matrix {
  readonly classes: readonly string[];
  /** By true class, then by predicted class. */
  readonly counts: readonly (readonly number[])[];
}

/** The sum of tables that are square matrices of the same classes; undefined for others. */
export function matrixOf(tables: readonly TableData[]): Matrix | undefined {
  const [first] = tables;
  if (!first) return undefined;
  const classes = first.header.slice(1);
  const isMatrix = ({header, rows}: TableData): boolean =>
    header.slice(1).join('\n') === classes.join('\n') &&
    rows.length === classes.length &&
    rows.every(
      (row, index) => row[0] === classes[index] && row.slice(1).every((cell) => Number.isFinite(Number(cell))),
    );
  if (classes.length === 0 || !tables.every(isMatrix)) return undefined;
  const counts = classes.map((_, i) =>
    classes.map((_, j) => tables.reduce((sum, {rows}) => sum + Number(rows[i]![j + 1]), 0)),
  );
  return {classes, counts};
}
