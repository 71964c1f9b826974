import type {ComparedRow, Comparison} from '../comparison/compare.js';
import type {GateResult} from '../comparison/gate.js';
import {meanCurve} from '../comparison/mean-curve.js';
import {cellText, notesOf, printable, stateOf, titlesOf, verdictOf} from './comparison-cells.js';
import {noFinished, type TableExtras, testOf} from './comparison-formats.js';
import {formatCount, plural} from './format.js';
import {gateLines} from './gate-lines.js';
import {deltaColumns, deltaText, heldNotes} from './held-cells.js';
import {escapeMarkdown, markdownLine} from './markdown.js';
import {printableSentence} from './printable.js';
import {rowNames} from './row-names.js';
import {sparkline} from './sparkline.js';

/** Characters that GitHub takes in a comment. */
export const maxCommentLength = 65_536;

/** What a comment has beside the table. */
export interface MarkdownExtras extends TableExtras {
  /** What the gate said, told above the table. */
  readonly gate?: GateResult | undefined;
  /** Characters at most; rows are left out for it. */
  readonly maxLength?: number;
}

const curveWidth = 16;

/**
 * A comment for a pull request: whether the gate opened and what closed it, a table with the best in bold, differences from the baseline
 * and learning curves as a line of blocks, and what it all means.
 */
export function comparisonMarkdown(
  comparison: Comparison,
  {held, spread = 'std', gate, maxLength = maxCommentLength}: MarkdownExtras = {},
): string {
  const {columns, rows, groupedBy} = comparison;
  const hasStates = noFinished(rows);
  const withDeltas = deltaColumns(comparison, held);
  const curves = curvesOf(comparison);
  const names = rowNames(comparison);
  const titles = titlesOf(columns).map(escapeMarkdown);
  const header = markdownLine([
    'run',
    ...(hasStates ? ['state'] : []),
    ...columns.flatMap((_, index) => (withDeltas.has(index) ? [titles[index]!, 'Δ'] : [titles[index]!])),
    ...(curves ? ['curve'] : []),
  ]);
  const alignment = markdownLine([
    '---',
    ...(hasStates ? ['---'] : []),
    ...columns.flatMap(({kind}, index) => {
      const side = kind === 'setting' ? '---' : '--:';
      return withDeltas.has(index) ? [side, '--:'] : [side];
    }),
    ...(curves ? ['---'] : []),
  ]);
  const rowLine = (row: ComparedRow, rowIndex: number): string =>
    markdownLine([
      escapeMarkdown(printable(names[rowIndex]!)),
      ...(hasStates ? [stateOf(row)] : []),
      ...row.cells.flatMap((cell, index) => {
        const text = escapeMarkdown(cellText(cell, columns[index]!, spread));
        const marked = cell.isBest && text !== '' ? `**${text}**` : `${text}${cell.isWithinNoise ? ' ≈' : ''}`;
        const delta = escapeMarkdown(deltaText(held?.rows[rowIndex]?.deltas[index]));
        return withDeltas.has(index) ? [marked, delta] : [marked];
      }),
      ...(curves ? [curves.of(row)] : []),
    ]);
  const verdict = verdictOf(comparison, testOf(comparison), names);
  const notes = [
    ...notesOf(comparison, spread),
    ...(held ? heldNotes(comparison, held, spread) : []),
    ...(curves ? [`the curve is ${curves.name} over the epochs, each on a scale of its own`] : []),
  ].map((note) => `- ${markdownSentence(note)}\n`);
  const below = [
    ...(verdict ? [`\n${markdownSentence(verdict)}\n`] : []),
    `\n<details><summary>how to read this</summary>\n\n${notes.join('')}\n</details>\n`,
  ].join('');
  const head = gate ? gateText(gateLines(gate.failures, rows, groupedBy), maxLength) : '';
  return bounded({head: head + header + alignment, lines: rows.map(rowLine), notes: below}, maxLength);
}

const maxFailures = 30;

/** What failed, in no more than a third of the comment. */
function gateText(failures: readonly string[], maxLength: number): string {
  if (failures.length === 0) return '**✅ the gate is open**\n\n';
  const told = failures.map((text) => `- ${markdownSentence(text)}\n`);
  const count = numFitting(told.slice(0, maxFailures), maxLength / 3);
  const rest = told.length - count;
  return `**❌ the gate failed**\n\n${told.slice(0, count).join('')}${rest > 0 ? `- and ${formatCount(rest)} more\n` : ''}\n`;
}

/** How many of the first lines have no more than so many characters together. */
function numFitting(lines: readonly string[], room: number): number {
  let length = 0;
  const tooMany = lines.findIndex((text) => {
    length += text.length;
    return length > room;
  });
  return tooMany < 0 ? lines.length : tooMany;
}

/** As many rows as there is room for. */
function bounded(
  {head, lines, notes}: {readonly head: string; readonly lines: readonly string[]; readonly notes: string},
  maxLength: number,
): string {
  const leftOut = (count: number): string =>
    count === 0
      ? ''
      : `\n${plural(count, 'more row')} left out: a comment holds ${maxLength.toLocaleString('en-US')} characters\n`;
  const room = maxLength - head.length - notes.length - leftOut(lines.length).length;
  const count = numFitting(lines, room);
  return `${head}${lines.slice(0, count).join('')}${leftOut(lines.length - count)}${notes}`;
}

/** Of the sorted column where runs have it for every epoch, else of its counterpart, the loss. */
function curvesOf({rows, sortedBy}: Comparison): {readonly name: string; of(row: ComparedRow): string} | undefined {
  const name = sortedBy?.term.name;
  if (name === undefined || !rows.some(({runs}) => runs.some((run) => run.epochs().some((row) => name in row))))
    return undefined;
  return {
    name: printable(name),
    of: ({runs}) => {
      const each = runs.map((run) =>
        run.epochs().flatMap((row) => {
          const [value, epoch] = [row[name], row.epoch];
          return value === undefined || epoch === undefined ? [] : [{epoch, x: epoch, value, numRuns: 1}];
        }),
      );
      const having = each.filter((points) => points.length > 1);
      return having.length === 0
        ? ''
        : sparkline(
            meanCurve(having).map(({value}) => value),
            curveWidth,
          );
    },
  };
}

const markdownSentence = (text: string): string => escapeMarkdown(printableSentence(text));
