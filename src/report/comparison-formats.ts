import {stringify} from 'csv-stringify/sync';
import type {Cell, ComparedColumn, ComparedRow, Comparison} from '../comparison/compare.js';
import type {GateResult} from '../comparison/gate.js';
import type {Delta, Held} from '../comparison/held.js';
import {welchTest} from '../comparison/statistics.js';
import {cellText, labelOf, notesOf, printable, type Spread, stateOf, titlesOf, verdictOf} from './comparison-cells.js';
import {groupLabels} from './curve-labels.js';
import {hang} from './definitions.js';
import {deltaColumns, deltaText, heldNotes} from './held-cells.js';
import {printableSentence, visible} from './printable.js';
import {rowNames} from './row-names.js';
import type {Sink} from './sink.js';
import {type Column, renderTable} from './table.js';

/** Whether states are worth a column. */
export const noFinished = (rows: readonly ComparedRow[]): boolean => rows.some((row) => stateOf(row) !== 'finished');

/** Of the column that rows are sorted by. */
export function testOf({columns, sortedBy}: Comparison): (a: ComparedRow, b: ComparedRow) => number | undefined {
  const index = columns.findIndex(({term}) => term.text === sortedBy?.term.text);
  return (a, b) => {
    const [one, other] = [a.cells[index]?.sample, b.cells[index]?.sample];
    return one && other ? welchTest(one, other) : undefined;
  };
}

const mark = ({isBest, isWithinNoise}: Cell): string => (isBest ? '*' : isWithinNoise ? '≈' : '');

/** What a table shows beside the comparison itself. */
export interface TableExtras {
  /** Differences from a baseline. */
  readonly held?: Held | undefined;
  readonly spread?: Spread | undefined;
}

/** Facts that are texts stand to the left, as settings do. */
const textFacts: ReadonlySet<string> = new Set(['run', 'name', 'state', 'data', 'tags', 'note']);

/** The table for a terminal or a pipe: the columns that matter least leave a narrow one, and are named below. */
export function comparisonScreen(
  comparison: Comparison,
  view: Pick<Sink, 'style' | 'width'>,
  {held, spread = 'std'}: TableExtras = {},
): string {
  const {columns, rows} = comparison;
  const titles = titlesOf(columns);
  const hasStates = noFinished(rows);
  const ranks = ranksOf(comparison);
  const hasMarks = columns.map((_, index) => rows.some(({cells}) => mark(cells[index]!) !== ''));
  const withDeltas = deltaColumns(comparison, held);
  const names = rowNames(comparison);
  const table: Column[] = [
    {title: 'run'},
    ...(hasStates ? [{title: 'state'}] : []),
    ...columns.flatMap(({kind}, index): readonly Column[] => [
      {
        title: `${titles[index]!}${hasMarks[index] ? ' ' : ''}`,
        align: kind === 'setting' || textFacts.has(columns[index]!.term.name) ? 'left' : 'right',
        droppable: ranks[index]!,
      },
      // The difference leaves before the value it belongs to, that of the sorted column after the settings.
      ...(withDeltas.has(index)
        ? [{title: 'Δ', align: 'right', droppable: ranks[index] === 0 ? 0.5 : ranks[index]! + 0.5} as const]
        : []),
    ]),
  ];
  const cells = rows.map((row, rowIndex) => [
    printable(names[rowIndex]!),
    ...(hasStates ? [stateOf(row)] : []),
    ...row.cells.flatMap((cell, index) => {
      const text = cellText(cell, columns[index]!, spread);
      const marked = hasMarks[index] ? `${text}${mark(cell) || ' '}` : text;
      return withDeltas.has(index) ? [marked, deltaText(held?.rows[rowIndex]?.deltas[index])] : [marked];
    }),
  ]);
  const drawn = renderTable(table, cells, view);
  const [header = ''] = drawn.split('\n', 1);
  const left = titles.filter((title, index) => ranks[index]! > 0 && !header.includes(title));
  const verdict = verdictOf(comparison, testOf(comparison), names);
  const notes = [
    ...(left.length > 0 ? [`left out for want of width: ${left.join(', ')}`] : []),
    ...notesOf(comparison, spread),
    ...(held ? heldNotes(comparison, held, spread) : []),
  ];
  const below = (text: string): string => hang('', 2, printableSentence(text), view.width, 0);
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

/**
 * Full precision; where rows hold several runs the mean, the deviation, the count and the ends of the 95 % interval; where there is a
 * baseline its value, the difference and p. Formulas are defused for spreadsheets.
 */
export function comparisonCsv(comparison: Comparison, held?: Held): string {
  const {columns, rows} = comparison;
  const isSpread = columns.map((_, index) => rows.some(({cells}) => cells[index]!.sample));
  const withDeltas = deltaColumns(comparison, held);
  const header = columns.flatMap(({term: {text}}, index) => [
    text,
    ...(isSpread[index] ? [`${text} std`, `${text} n`, `${text} low95`, `${text} high95`] : []),
    ...(withDeltas.has(index) ? [`${text} baseline`, `${text} delta`, `${text} p`] : []),
  ]);
  const lines = rows.map((row, rowIndex) => [
    labelOf(row),
    stateOf(row),
    ...row.cells.flatMap(({value, sample}, index) => {
      const mean = sample?.mean ?? value;
      const text = mean === undefined ? '' : typeof mean === 'boolean' ? String(mean) : mean;
      const count = sample?.values.length ?? (mean === undefined ? 0 : row.runs.length);
      const [low, high] = sample?.interval ?? ['', ''];
      const delta = held?.rows[rowIndex]?.deltas[index];
      return [
        text,
        ...(isSpread[index] ? [sample?.std ?? (count > 1 ? 0 : ''), count, low, high] : []),
        ...(withDeltas.has(index) ? [delta?.baseline.mean ?? '', delta?.delta ?? '', delta?.p ?? ''] : []),
      ];
    }),
    row.runs.map(({path}) => path).join(' '),
  ]);
  const cells = [['run', 'state', ...header, 'folders'], ...lines];
  return stringify(
    cells.map((row) => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell))),
    {escape_formulas: true},
  );
}

/** For programs: values by column, samples with their interval, which runs a row holds, differences from a baseline. */
export function comparisonJson(comparison: Comparison, held?: Held, gate?: GateResult): object {
  const {columns, rows, sortedBy, groupedBy, numFiltered, numCut} = comparison;
  const labels = groupLabels(rows, groupedBy);
  return {
    sortedBy: sortedBy && {column: sortedBy.term.text, goal: sortedBy.goal},
    groupedBy,
    numFiltered,
    numCut,
    ...(held ? {baseline: baselineJson(held)} : {}),
    ...(gate ? {gate: {isPassed: gate.failures.length === 0, failures: gate.failures.map(failureJson)}} : {}),
    columns: columns.map(({term, goal, kind}) => ({column: term.text, goal, kind})),
    rows: rows.map((row, index) => ({
      label: labelOf(row),
      settings: labels[index],
      state: stateOf(row),
      runs: row.runs.map(({id, path, state, seed, warnings}) => ({run: id, path, state, seed, warnings})),
      ...(held ? counterpartJson(held, index) : {}),
      values: Object.fromEntries(
        row.cells.map(({value, sample, isBest, isWithinNoise}, column) => {
          const spread = sample && {
            mean: sample.mean,
            std: sample.std,
            interval95: sample.interval,
            values: sample.values,
          };
          const difference = differenceJson(held?.rows[index]?.deltas[column]);
          return [columns[column]!.term.text, {...(spread ?? {value}), isBest, isWithinNoise, ...difference}];
        }),
      ),
    })),
  };
}

const baselineJson = ({baseline: {name, rows, tellingSettings}, left}: Held): object => ({
  name,
  rows: rows.map(({runs}) => ({runs: runs.map(({id}) => id)})),
  tellingSettings,
  left: left.map(({runs}) => ({runs: runs.map(({id}) => id)})),
});

function counterpartJson({rows}: Held, index: number): object {
  const {counterpart, changed, isOfOtherData} = rows[index]!;
  return {
    counterpart: counterpart ? counterpart.runs.map(({id}) => id) : null,
    changedSettings: changed,
    isOfOtherData,
  };
}

const differenceJson = (delta: Delta | undefined): object =>
  delta === undefined
    ? {}
    : {
        baseline: {mean: delta.baseline.mean, std: delta.baseline.std, values: delta.baseline.values},
        delta: delta.delta,
        p: delta.p,
        isBetter: delta.isBetter,
      };

const failureJson = ({clause, runs, values}: GateResult['failures'][number]): object => ({
  clause,
  runs: runs.map(({id}) => id),
  values: values.map(({term, value, baseline}) => ({term, value, baseline})),
});
