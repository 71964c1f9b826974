import {type Cell, type CompareRequest, type Comparison, compareRuns} from '../../comparison/compare.js';
import type {ComparedRun, Value} from '../../comparison/compared-run.js';
import {differingSettings, repetitionKeys} from '../../comparison/groups.js';
import {importanceOf, type SettingImportance} from '../../comparison/importance.js';
import {cellText, labelOf, notesOf, stateOf, titlesOf, verdictOf} from '../comparison-cells.js';
import {testOf} from '../comparison-formats.js';
import {groupLabels} from '../curve-labels.js';
import {formatMetric} from '../format.js';
import type {CellData, ColumnData, Overview, PlainValue, SettingData} from '../page/data.js';
import {printable, printableSentence} from '../printable.js';

/** Settings that a page looks at, the most telling ones. */
const mostSettings = 16;

/** What is computed of all runs together, and the comparison it was made of. @throws ExpError USAGE for terms that make no sense */
export function overviewOf(
  runs: readonly ComparedRun[],
  request: CompareRequest = {},
): {readonly overview: Overview; readonly comparison: Comparison} {
  const comparison = compareRuns(runs, request);
  const {columns, rows, sortedBy} = comparison;
  const titles = titlesOf(columns);
  const shown = rows.flatMap((row) => row.runs);
  const labels = shortLabels(groupLabels(rows, comparison.groupedBy));
  const importance = sortedBy ? importanceOf(shown, sortedBy.term, sortedBy.goal) : undefined;
  const sortColumn = columns.findIndex(({term}) => term.text === sortedBy?.term.text);
  const verdict = verdictOf(comparison, testOf(comparison));
  const overview: Overview = {
    columns: columns.map(({term, goal, kind}, index) => ({
      title: titles[index]!,
      name: printable(term.text),
      kind,
      ...(goal ? {goal} : {}),
    })),
    rows: rows.map((row, index) => ({
      label: labels[index]!,
      name: printable(labelOf(row)),
      state: stateOf(row),
      runs: row.runs.map(({id}) => id),
      cells: row.cells.map((cell, column) => cellOf(cell, cellText(cell, columns[column]!), columns[column]!.kind)),
    })),
    ...(verdict === undefined ? {} : {verdict: shorter(printableSentence(verdict))}),
    notes: notesOf(comparison).map(printableSentence),
    ...(sortColumn < 0 ? {} : {sortedBy: sortColumn}),
    settings: settingsOf(importance?.settings ?? withoutImportance(shown), comparison),
    ...(importance && sortedBy
      ? {
          importanceOf: {
            metric: sortedBy.term.text,
            numRuns: importance.numRuns,
            numDiverged: importance.numDiverged,
          },
        }
      : {}),
  };
  return {overview, comparison};
}

const withoutImportance = (runs: readonly ComparedRun[]): readonly SettingImportance[] =>
  differingSettings(runs)
    .filter((path) => !repetitionKeys.includes(path))
    .map((path) => ({path}));

/** The most telling ones; where that cannot be said, first those that the table shows. */
function settingsOf(importance: readonly SettingImportance[], {columns}: Comparison): readonly SettingData[] {
  const isShown = ({path}: SettingImportance): boolean => columns.some(({term}) => term.name === path);
  const sorted = [...importance].sort(
    (a, b) => (b.share ?? -1) - (a.share ?? -1) || Number(isShown(b)) - Number(isShown(a)),
  );
  const kept = sorted.slice(0, mostSettings);
  const titles = titlesOf(
    kept.map(({path}) => ({term: {text: path, name: path}, goal: undefined, kind: 'setting' as const})),
  );
  return kept.map((setting, index) => ({...setting, title: titles[index]!}));
}

/** A number with more digits than anybody reads; a search draws such ones. */
const longNumber = /\d+\.\d{6,}(e[-+]?\d+)?/g;
const shorter = (text: string): string =>
  text.replace(longNumber, (number) => String(Number(Number(number).toPrecision(4))));

/** Labels without long numbers, where they still tell rows apart. */
function shortLabels(labels: readonly string[]): readonly string[] {
  const short = labels.map(shorter);
  const counts = new Map<string, number>();
  for (const label of short) counts.set(label, (counts.get(label) ?? 0) + 1);
  return short.map((label, index) => (counts.get(label) === 1 ? label : labels[index]!));
}

/** A cell as a page has it. @param whole its text, with all digits */
export function cellOf(
  {value, sample, isBest, isWithinNoise}: Cell,
  whole: string,
  kind: ColumnData['kind'],
): CellData {
  const text = kind === 'setting' && typeof value === 'number' ? shorter(whole) : whole;
  const [low, high] = sample?.interval ?? [];
  const detail =
    low === undefined || high === undefined
      ? text === whole
        ? {}
        : {detail: whole}
      : {detail: `95 % interval ${formatMetric(low)} to ${formatMetric(high)}, n = ${sample!.values.length}`};
  return {
    text,
    value: plain(sample?.mean ?? value),
    ...detail,
    ...(isBest ? {isBest: true as const} : {}),
    ...(isWithinNoise ? {isWithinNoise: true as const} : {}),
  };
}

/** As JSON can hold it. */
export const plain = (value: Value | undefined): PlainValue =>
  value === undefined ? null : typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
