import type {RunTable} from '../runs/tables.js';
import type {Sink} from './sink.js';
import {renderTable} from './table.js';
import {truncate} from './text.js';

/** A wider table is only listed among the files. */
const mostColumns = 13;
const longestTitle = 9;

/** A table of a run on the screen: its name and set, then the numbers. Empty where it has more than twelve columns of them. */
export function renderRunTable(
  {name, split, header, rows}: RunTable,
  {style, width}: Pick<Sink, 'style' | 'width'>,
): string {
  if (header.length > mostColumns) return '';
  const [corner = '', ...titles] = header;
  const table = renderTable(
    [{title: corner}, ...titles.map((title) => ({title: truncate(title, longestTitle), align: 'right'}) as const)],
    rows,
    {style, width},
  );
  return `${style.bold(`${name.replaceAll('-', ' ')} of the ${split} set`)}\n${table}`;
}
