import type {Overview, PlainValue, RowData} from './data.js';

/** Whether a row is shown. */
export type RowFilter = (row: RowData) => boolean;

const comparison = /^(.+?)(<=|>=|!=|=|<|>)(.+)$/;

/**
 * Reads what a person typed: every word has to be somewhere in the row, and `column>0.9`, `column=text` have to hold; a column is meant
 * by any part of its name. A comparison with a column that is not there is a word like any other.
 */
export function parseFilter(text: string, {columns}: Pick<Overview, 'columns'>): RowFilter {
  const tests = text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word): RowFilter => {
      const [, name = '', operator = '', wanted = ''] = comparison.exec(word) ?? [];
      const titles = columns.map(({title}) => title.toLowerCase());
      const exact = titles.indexOf(name);
      const column = exact >= 0 ? exact : columns.findIndex((one) => name && one.name.toLowerCase().includes(name));
      if (operator !== '' && column >= 0) return ({cells}) => holds(cells[column]!.value, operator, wanted);
      return (row) => textOf(row).includes(word);
    });
  return (row) => tests.every((test) => test(row));
}

const textOf = ({label, name, state, runs, cells}: RowData): string =>
  [label, name, state, ...runs, ...cells.map((cell) => cell.text)].join('\n').toLowerCase();

function holds(value: PlainValue, operator: string, wanted: string): boolean {
  const isSame = String(value).toLowerCase() === wanted || (typeof value === 'number' && value === Number(wanted));
  if (operator === '=') return isSame;
  if (operator === '!=') return !isSame;
  if (typeof value !== 'number' || Number.isNaN(Number(wanted))) return false;
  const difference = value - Number(wanted);
  if (difference === 0) return operator.endsWith('=');
  return operator.startsWith('<') ? difference < 0 : difference > 0;
}

/** What a table is sorted by: a column, or what stands before the columns. */
export interface Order {
  readonly by: number | 'run' | 'state';
  readonly isDescending: boolean;
}

/** Rows in order; numbers before texts, and what has no number (NaN too) last, whichever way. */
export function sortRows(rows: readonly RowData[], {by, isDescending}: Order): readonly RowData[] {
  const direction = isDescending ? -1 : 1;
  const keyOf = (row: RowData): PlainValue =>
    by === 'run' ? row.label : by === 'state' ? row.state : (row.cells[by]?.value ?? null);
  const rank = (value: PlainValue): number => (typeof value === 'number' ? 0 : isMissing(value) ? 2 : 1);
  return [...rows].sort((left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (typeof a === 'number' && typeof b === 'number') return direction * (a - b);
    return isMissing(a) ? 0 : direction * String(a).localeCompare(String(b), 'en', {numeric: true});
  });
}

const isMissing = (value: PlainValue): boolean => value === null || /^(NaN|-?Infinity)$/.test(String(value));
