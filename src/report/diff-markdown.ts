import {type FactDifference, factSections, nameOf, type RunDiff} from '../comparison/diff.js';
import type {SpecSide} from '../comparison/spec-differences.js';
import {formatOrigin} from '../spec/origin.js';
import {factOf, judgementOf, shownValue} from './diff-screen.js';
import {formatMetric} from './format.js';
import {escapeMarkdown, markdownLine} from './markdown.js';
import {printable} from './printable.js';

/** Characters of a section at most; the rest is counted. */
const maxSection = 10_000;

/** What differs between two runs as tables for a pull request or notes. */
export function diffMarkdown({a, b, spec, metrics, sameMetrics, facts}: RunDiff): string {
  const head = [`**A** ${text(a.id)}, ${a.state}  \n**B** ${text(b.id)}, ${b.state}\n`];
  const same: string[] = [];
  const unknown: string[] = [];
  const add = (title: string, columns: readonly string[], rows: readonly (readonly string[])[] | undefined): void => {
    if (!rows) unknown.push(title);
    else if (rows.length === 0) same.push(title);
    else head.push(`### ${title}\n\n${table(columns, rows)}`);
  };
  add(
    'spec',
    ['key', 'A', 'B'],
    spec?.map(({key, keyInB, a, b}) => [
      `${text(key)}${keyInB === undefined ? '' : ` (in B ${text(keyInB)})`}`,
      sideText(a),
      sideText(b),
    ]),
  );
  add(
    'metrics',
    ['', 'A', 'B', 'B − A', ''],
    metrics.map((metric) => [
      text(nameOf(metric)),
      metric.a === undefined ? 'none' : formatMetric(metric.a),
      metric.b === undefined ? 'none' : formatMetric(metric.b),
      metric.delta === undefined ? '' : `${metric.delta > 0 ? '+' : ''}${formatMetric(metric.delta)}`,
      judgementOf(metric),
    ]),
  );
  for (const section of factSections) {
    const side = (key: string, value: FactDifference['a']): string =>
      value === undefined ? 'none' : escapeMarkdown(factOf(section, key, value));
    add(
      section,
      ['', 'A', 'B'],
      facts[section]?.map(({key, a, b}) => [text(key), side(key, a), side(key, b)]),
    );
  }
  const alike = metrics.length > 0 ? [...same, ...sameMetrics.map(text)] : same;
  const notes = [
    ...(alike.length > 0 ? [`the same in both: ${alike.join(', ')}\n`] : []),
    ...(unknown.length > 0 ? [`not recorded in both: ${unknown.join(', ')}\n`] : []),
  ];
  return [...head, ...notes].join('\n');
}

const text = (unsafe: string): string => escapeMarkdown(printable(unsafe));

function sideText(side: SpecSide | undefined): string {
  if (!side) return 'none';
  const from = side.origin ? `<br>*${text(formatOrigin(side.origin))}*` : '';
  return `${escapeMarkdown(shownValue(side.value))}${from}`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = rows.map(markdownLine);
  let length = 0;
  const tooMany = lines.findIndex((line) => {
    length += line.length;
    return length > maxSection;
  });
  const count = tooMany < 0 ? lines.length : tooMany;
  const rest = lines.length - count;
  const head = markdownLine(columns) + markdownLine(columns.map(() => '---'));
  return `${head}${lines.slice(0, count).join('')}${rest > 0 ? `\nand ${rest} more\n` : ''}`;
}
