import type {Cell, ComparedColumn, ComparedRow, Comparison} from '../comparison/compare.js';
import type {Value} from '../comparison/compared-run.js';
import type {Sample} from '../comparison/statistics.js';
import {formatCount, formatDeviation, formatDuration, formatMetric, plural} from './format.js';
import {printable} from './printable.js';

export {printable};

/** What a comparison calls its rows: the run folder, or for several runs their name and how many. */
export function labelOf({runs}: Pick<ComparedRow, 'runs'>): string {
  const [first] = runs;
  if (!first) return '';
  return runs.length === 1 ? first.id : `${first.name} × ${runs.length}`;
}

/** `finished`, or `2 finished, 1 failed`. */
export function stateOf({runs}: Pick<ComparedRow, 'runs'>): string {
  const counts = new Map<string, number>();
  for (const {state} of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()][0]!;
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

const listed = (texts: readonly string[]): string =>
  texts.length > maxListed ? `${texts.slice(0, maxListed).join(', ')}, …` : texts.join(', ');

const maxListed = 5;

/** What stands behind a mean: a standard deviation, or half of the 95 % confidence interval of the mean. */
export type Spread = 'std' | 'interval';

/** A cell as people read it: `0.9871`, `0.9871 ± 0.0012`, `adam`. */
export function cellText(
  {value, sample}: Cell,
  column: Pick<ComparedColumn, 'term' | 'kind'>,
  spread: Spread = 'std',
): string {
  const {term, kind} = column;
  if (sample?.std !== undefined) {
    if (kind === 'metric') return sampleText(sample, spread);
    // A mean of seeds says nothing.
    if (kind === 'setting' || term.name === 'seed')
      return listed(sample.values.map((one) => format(one, term.name, kind)));
    return format(sample.mean, term.name, kind);
  }
  return value === undefined ? '' : format(value, term.name, kind);
}

/** `0.9871 ± 0.0012`; a single value as it is. */
export function sampleText({mean, std, interval}: Sample, spread: Spread = 'std'): string {
  const text = formatMetric(mean);
  const half = interval && spread === 'interval' ? (interval[1] - interval[0]) / 2 : std;
  return half === undefined ? text : `${text} ± ${formatDeviation(half, text)}`;
}

/** What `±` means in a table. */
export const spreadNote = (spread: Spread): string =>
  spread === 'interval'
    ? "mean ± half of its 95 % confidence interval (Student's t, which assumes normal, independent values)"
    : 'mean ± sample standard deviation';

function format(value: Value, name: string, kind: ComparedColumn['kind']): string {
  if (typeof value !== 'number') return printable(name === 'tags' ? tagText(String(value)) : String(value));
  if (name === 'duration') return formatDuration(value);
  if (name === 'parameters' || name === 'epochs') return formatCount(value);
  if (name === 'examplesPerSecond') return formatCount(value);
  return kind === 'metric' ? formatMetric(value) : String(value);
}

/** Tags are a list, as JSON. */
function tagText(text: string): string {
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags) ? tags.join(', ') : text;
  } catch {
    return text;
  }
}

/** A column's title: the last keys of a setting that tell it from the other columns. */
export function titlesOf(columns: readonly ComparedColumn[]): readonly string[] {
  const full = columns.map(({term}) => printable(term.text));
  return full.map((text, index) => {
    if (columns[index]!.kind !== 'setting') return text;
    const keys = text.split('.');
    for (let count = 1; count < keys.length; count++) {
      const short = keys.slice(-count).join('.');
      const isTaken = full.some((other, i) => i !== index && (other === short || other.endsWith(`.${short}`)));
      if (!isTaken && !/^\d+(\.|$)/.test(short) && short !== 'type') return short;
    }
    return text;
  });
}

/** What stands below a table: what it is sorted and grouped by, and what it leaves out. */
export function notesOf(comparison: Comparison, spread: Spread = 'std'): readonly string[] {
  const {sortedBy, groupedBy, numFiltered, numCut, hiddenSettings, rows} = comparison;
  const hasNoise = rows.some(({cells}) => cells.some(({isWithinNoise}) => isWithinNoise));
  const better = sortedBy?.goal === 'maximize' ? 'larger' : 'smaller';
  return [
    ...(sortedBy ? [`sorted by ${sortedBy.term.text}${sortedBy.goal ? `, ${better} is better` : ''}`] : []),
    ...(groupedBy.length > 0
      ? [`runs that differ only in ${groupedBy.join(' or ')} share a row: ${spreadNote(spread)}`]
      : []),
    ...(hasNoise
      ? [
          "≈ the difference from the best (*) may be chance: Welch's t-test over the runs of a row, p ≥ 0.05; it assumes normal, independent values",
        ]
      : []),
    ...(hiddenSettings.length > 0
      ? [
          `${plural(hiddenSettings.length, 'more setting')} differ${hiddenSettings.length === 1 ? 's' : ''}: ${hiddenSettings.slice(0, 6).join(', ')}${hiddenSettings.length > 6 ? ', …' : ''}`,
        ]
      : []),
    ...(numFiltered > 0 ? [`${plural(numFiltered, 'run')} ${numFiltered === 1 ? 'does' : 'do'} not meet --where`] : []),
    ...(numCut > 0 ? [`${plural(numCut, 'more row')}; --top shows ${rows.length}`] : []),
  ];
}

/** `val_accuracy: A is ahead of B by 0.0031 (p = 0.21: may be chance)` and in which settings the two differ; undefined without two to compare. */
export function verdictOf(
  comparison: Comparison,
  test: (a: ComparedRow, b: ComparedRow) => number | undefined,
  names: readonly string[] = comparison.rows.map(labelOf),
): string | undefined {
  const {sortedBy, rows, columns} = comparison;
  const column = columns.findIndex(({term}) => term.text === sortedBy?.term.text);
  const [first, second] = rows;
  if (!sortedBy?.goal || !first || !second || column < 0) return undefined;
  const numbers = [first, second].map(({cells}) => cells[column]!.sample?.mean ?? cells[column]!.value);
  const [a, b] = numbers;
  if (typeof a !== 'number' || typeof b !== 'number' || a === b || !Number.isFinite(a - b)) return undefined;
  const p = test(first, second);
  const chance = p === undefined ? '' : ` (Welch's p = ${p.toPrecision(2)}${p >= 0.05 ? ': may be chance' : ''})`;
  const settings = columns.flatMap((one, index) => {
    const [x, y] = [first.cells[index]!, second.cells[index]!].map((cell) => cellText(cell, one));
    return one.kind === 'setting' && x !== y
      ? [`${titlesOf(columns)[index]} ${x || 'none'} against ${y || 'none'}`]
      : [];
  });
  const why = settings.length > 0 ? `: ${settings.join(', ')}` : '';
  const isFirst = a > b === (sortedBy.goal === 'maximize');
  const standing = `is ${isFirst ? 'ahead of' : 'behind'}`;
  return `${names[0]} ${standing} ${names[1]} by ${formatMetric(Math.abs(a - b))} in ${sortedBy.term.text}${chance}${why}`;
}
