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
  return `${style.bold(titleOf(name, split))}\n${table}`;
}

/** Names of tables have no `_`: what is in front of one is an output of the model. */
function titleOf(name: string, split: string): string {
  const [, output, table = name] = /^(.+)_([^_]+)$/.exec(name) ?? [];
  return `${table.replaceAll('-', ' ')} of ${output === undefined ? '' : `${output}, `}the ${split} set`;
}
