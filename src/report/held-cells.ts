import {groupSample} from '../comparison/baseline.js';
import type {Comparison} from '../comparison/compare.js';
import {significance} from '../comparison/compare.js';
import type {Group} from '../comparison/groups.js';
import type {Delta, Held, HeldRow} from '../comparison/held.js';
import {printable, type Spread, sampleText} from './comparison-cells.js';
import {groupLabels} from './curve-labels.js';
import {formatMetric, plural} from './format.js';

/** `+0.0031`, with `≈` where Welch's test takes the difference for possible chance; nothing where there is none to tell. */
export function deltaText(delta: Delta | undefined): string {
  if (!delta) return '';
  return `${signed(delta.delta)}${isChance(delta) ? '≈' : ''}`;
}

/** With its sign, also where it is positive. */
export const signed = (value: number): string => `${value > 0 ? '+' : ''}${formatMetric(value)}`;

export const isChance = ({p}: Delta): boolean => p !== undefined && p >= significance;

/** Indices of the columns that have a difference to tell in any row; facts such as the duration are left to JSON and CSV. */
export const deltaColumns = ({columns}: Comparison, held: Held | undefined): ReadonlySet<number> =>
  new Set(
    columns.flatMap(({kind}, index) =>
      kind === 'metric' && held?.rows.some(({deltas}) => deltas[index]) ? [index] : [],
    ),
  );

const most = 6;
const listed = (items: readonly string[], separator = ', '): string =>
  items.length > most
    ? `${items.slice(0, most).join(separator)}${separator}and ${items.length - most} more`
    : items.join(separator);

/** What stands below a table of runs that were held against a baseline. */
export function heldNotes(comparison: Comparison, held: Held, spread: Spread = 'std'): readonly string[] {
  const {baseline, rows, left} = held;
  const {sortedBy, groupedBy} = comparison;
  const name = printable(baseline.name);
  const labels = groupLabels(
    rows.map(({row}) => row),
    groupedBy,
  );
  const term = sortedBy?.term;
  const [only] = baseline.rows.length === 1 ? baseline.rows : [];
  const sample = only && term ? groupSample(only, term) : undefined;
  const value = sample
    ? `: ${printable(term!.text)} ${sampleText(sample, spread)}, ${plural(sample.values.length, 'run')}`
    : '';
  const strange = rows.flatMap(({isOfOtherData}, index) => (isOfOtherData ? [labels[index]!] : []));
  const unmatched = rows.flatMap(({counterpart}, index) => (counterpart ? [] : [labels[index]!]));
  const numMatched = rows.length - unmatched.length;
  const pairs = only
    ? ''
    : `, each row from the one of ${baseline.rows.length} that agrees in ${listed(baseline.tellingSettings.map(printable))}`;
  return [
    ...(numMatched > 0 ? [`Δ the difference from the baseline ${name}${value}${pairs}`] : []),
    ...(rows.some(({deltas}) => deltas.some((delta) => delta && isChance(delta)))
      ? [`≈ behind Δ: it may be chance (Welch's t-test, p ≥ ${significance})`]
      : []),
    ...changeNotes(rows, labels),
    ...(strange.length > 0 ? [`of other data than the baseline: ${listed(strange)}`] : []),
    ...(unmatched.length > 0 ? [`not in the baseline ${name}: ${listed(unmatched)}`] : []),
    ...(left.length > 0 ? [`in the baseline ${name} only: ${listed(leftLabels(held))}`] : []),
  ];
}

/** Rows of the baseline by what tells them apart. */
const leftLabels = ({baseline, left}: Held): readonly string[] => {
  const labels = groupLabels(baseline.rows, []);
  return left.map((row: Group) => labels[baseline.rows.indexOf(row)]!);
};

/** `training.epochs 30 → 20`, once where it is the same for all rows. */
function changeNotes(rows: readonly HeldRow[], labels: readonly string[]): readonly string[] {
  const told = rows.map(({changed}) =>
    listed(changed.map(({path, from, to}) => `${printable(path)} ${shown(from)} → ${shown(to)}`)),
  );
  const matched = told.filter((_, index) => rows[index]!.counterpart);
  if (new Set(matched).size === 1) return matched[0] === '' ? [] : [`changed since the baseline: ${matched[0]}`];
  const notes = told.flatMap((text, index) =>
    text === '' ? [] : [`${labels[index]}, changed since the baseline: ${text}`],
  );
  return notes.length > most
    ? [...notes.slice(0, most), `${notes.length - most} more rows have other settings than the baseline's`]
    : notes;
}

const shown = (value: unknown): string => (value === undefined ? 'none' : printable(String(value)));
