import {stringify} from 'csv-stringify/sync';
import type {Cell, ComparedColumn, ComparedRow, Comparison} from '../comparison/compare.js';
import {welchTest} from '../comparison/statistics.js';
import {cellText, labelOf, notesOf, printable, stateOf, titlesOf, verdictOf} from './comparison-cells.js';
import {hang} from './definitions.js';
import type {Sink} from './sink.js';
import {type Column, renderTable} from './table.js';

const noFinished = (rows: readonly ComparedRow[]): boolean => rows.some((row) => stateOf(row) !== 'finished');

/** Of the column that rows are sorted by. */
function testOf({columns, sortedBy}: Comparison): (a: ComparedRow, b: ComparedRow) => number | undefined {
  const index = columns.findIndex(({term}) => term.text === sortedBy?.term.text);
  return (a, b) => {
    const [one, other] = [a.cells[index]?.sample, b.cells[index]?.sample];
    return one && other ? welchTest(one, other) : undefined;
  };
}

const mark = ({isBest, isWithinNoise}: Cell): string => (isBest ? '*' : isWithinNoise ? '≈' : '');

/** The table for a terminal or a pipe: the columns that matter least leave a narrow one, and are named below. */
export function comparisonScreen(comparison: Comparison, view: Pick<Sink, 'style' | 'width'>): string {
  const {columns, rows} = comparison;
  const titles = titlesOf(columns);
  const hasStates = noFinished(rows);
  const ranks = ranksOf(comparison);
  const hasMarks = columns.map((_, index) => rows.some(({cells}) => mark(cells[index]!) !== ''));
  const table: Column[] = [
    {title: 'run'},
    ...(hasStates ? [{title: 'state'}] : []),
    ...columns.map(
      ({kind}, index): Column => ({
        title: `${titles[index]!}${hasMarks[index] ? ' ' : ''}`,
        align: kind === 'setting' ? 'left' : 'right',
        droppable: ranks[index]!,
      }),
    ),
  ];
  const cells = rows.map((row) => [
    printable(labelOf(row)),
    ...(hasStates ? [stateOf(row)] : []),
    ...row.cells.map((cell, index) => {
      const text = cellText(cell, columns[index]!);
      return hasMarks[index] ? `${text}${mark(cell) || ' '}` : text;
    }),
  ]);
  const drawn = renderTable(table, cells, view);
  const [header = ''] = drawn.split('\n', 1);
  const left = titles.filter((title, index) => ranks[index]! > 0 && !header.includes(title));
  const verdict = verdictOf(comparison, testOf(comparison));
  const notes = [
    ...(left.length > 0 ? [`left out for want of width: ${left.join(', ')}`] : []),
    ...notesOf(comparison),
  ];
  const below = (text: string): string => hang('', 2, printable(text), view.width, 0);
  return `${drawn}\n${verdict ? `${below(verdict)}\n` : ''}${notes.map((note) => `${view.style.dim(below(note))}\n`).join('')}`;
}

/** The sorted column and the settings stay longest. */
function ranksOf({columns, sortedBy}: Comparison): readonly number[] {
  const worth = (column: ComparedColumn): number => {
    if (column.term.text === sortedBy?.term.text) return 0;
    if (column.kind === 'setting') return 1;
    if (column.kind === 'fact') return 5;
    return column.term.name.startsWith('test_') ? 2 : column.term.name.endsWith('loss') ? 4 : 3;
  };
  return columns.map(worth);
}

/** Full precision, a column for the mean, the deviation and the count where rows hold several runs; formulas are defused for spreadsheets. */
export function comparisonCsv({columns, rows}: Comparison): string {
  const isSpread = columns.map((_, index) => rows.some(({cells}) => cells[index]!.sample));
  const header = columns.flatMap(({term}, index) =>
    isSpread[index] ? [term.text, `${term.text} std`, `${term.text} n`] : [term.text],
  );
  const lines = rows.map((row) => [
    labelOf(row),
    stateOf(row),
    ...row.cells.flatMap(({value, sample}, index) => {
      const mean = sample?.mean ?? value;
      const text = mean === undefined ? '' : typeof mean === 'boolean' ? String(mean) : mean;
      return isSpread[index]
        ? [text, sample?.std ?? '', sample?.values.length ?? (mean === undefined ? 0 : 1)]
        : [text];
    }),
    row.runs.map(({path}) => path).join(' '),
  ]);
  return stringify([['run', 'state', ...header, 'folders'], ...lines], {escape_formulas: true});
}

/** For programs: values by column, samples with their interval, and which runs a row holds. */
export function comparisonJson(comparison: Comparison): object {
  const {columns, rows, sortedBy, groupedBy, numFiltered, numCut} = comparison;
  return {
    sortedBy: sortedBy && {column: sortedBy.term.text, goal: sortedBy.goal},
    groupedBy,
    numFiltered,
    numCut,
    columns: columns.map(({term, goal, kind}) => ({column: term.text, goal, kind})),
    rows: rows.map((row) => ({
      label: labelOf(row),
      state: stateOf(row),
      runs: row.runs.map(({id, path, state, seed, warnings}) => ({run: id, path, state, seed, warnings})),
      values: Object.fromEntries(
        row.cells.map(({value, sample, isBest, isWithinNoise}, index) => {
          const spread = sample && {
            mean: sample.mean,
            std: sample.std,
            interval95: sample.interval,
            values: sample.values,
          };
          return [columns[index]!.term.text, {...(spread ?? {value}), isBest, isWithinNoise}];
        }),
      ),
    })),
  };
}

/** A table for a pull request: the best in bold, what is within noise of it marked. */
export function comparisonMarkdown(comparison: Comparison): string {
  const {columns, rows} = comparison;
  const hasStates = noFinished(rows);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const titles = titlesOf(columns).map(escapeMarkdown);
  const header = ['run', ...(hasStates ? ['state'] : []), ...titles];
  const aligned = [
    '---',
    ...(hasStates ? ['---'] : []),
    ...columns.map(({kind}) => (kind === 'setting' ? '---' : '--:')),
  ];
  const body = rows.map((row) => [
    escapeMarkdown(printable(labelOf(row))),
    ...(hasStates ? [stateOf(row)] : []),
    ...row.cells.map((cell, index) => {
      const text = escapeMarkdown(cellText(cell, columns[index]!));
      return cell.isBest && text !== '' ? `**${text}**` : `${text}${cell.isWithinNoise ? ' ≈' : ''}`;
    }),
  ]);
  const verdict = verdictOf(comparison, testOf(comparison));
  const notes = [...(verdict ? [verdict] : []), ...notesOf(comparison)];
  const below = notes.map((note) => `\n${escapeMarkdown(printable(note))}\n`).join('');
  return `${line(header)}${line(aligned)}${body.map(line).join('')}${below}`;
}

/** Text that means nothing to Markdown or HTML. */
const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|#~]/g, (character) =>
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`,
  );
