import {hang} from './definitions.js';
import {createStyle, type Style} from './style.js';
import {pad, truncate, widthOf} from './text.js';

export interface Column {
  readonly title: string;
  /** Numbers to the right; text to the left, the default. */
  readonly align?: 'left' | 'right';
  /** On a narrow terminal columns leave from the highest number on; 0, the default, always stays. */
  readonly droppable?: number;
}

const gap = 2;

/**
 * A table of plain text cells with its titles above, no lines around. Fits `width` columns by leaving out droppable columns,
 * then by shortening the first one.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: {readonly width?: number; readonly style?: Style} = {},
): string {
  const {width = Number.POSITIVE_INFINITY, style = createStyle(false)} = options;
  const natural = columns.map(({title}, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), widthOf(title)),
  );
  let shown = columns.map((_, i) => i);
  const total = (): number => shown.reduce((sum, i) => sum + natural[i]! + gap, -gap);
  while (total() > width) {
    const rank = Math.max(...shown.map((i) => columns[i]!.droppable ?? 0));
    if (rank === 0) break;
    shown = shown.filter((i) => i !== shown.findLast((j) => columns[j]!.droppable === rank));
  }
  const [first] = shown;
  const excess = total() - width;
  if (first !== undefined && excess > 0) natural[first] = Math.max(1, natural[first]! - excess);
  const line = (cells: readonly string[]): string =>
    shown
      .map((i) => pad(truncate(cells[i] ?? '', natural[i]!), natural[i]!, columns[i]!.align))
      .join(' '.repeat(gap))
      .trimEnd();
  const title = style.bold(line(columns.map((column) => column.title)));
  return [title, ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** Two columns without titles: what, and its value; a value that is too long goes on below itself. */
export function renderPairs(
  pairs: readonly (readonly [name: string, value: string | undefined])[],
  {style, width}: {readonly style: Style; readonly width: number},
): string {
  const present = pairs.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [{name, value}]));
  const indent = Math.max(0, ...present.map(({name}) => widthOf(name))) + gap;
  return present.map(({name, value}) => `${hang(style.dim(pad(name, indent)), indent, value, width)}\n`).join('');
}
