import type {FactDifference, FactSection, MetricDifference, RunDiff} from '../comparison/diff.js';
import {factSections, nameOf} from '../comparison/diff.js';
import type {SpecSide} from '../comparison/spec-differences.js';
import {formatOrigin} from '../spec/origin.js';
import {printable} from './comparison-cells.js';
import {formatBytes, formatCount, formatDuration, formatMetric} from './format.js';
import type {Sink} from './sink.js';
import {renderTable} from './table.js';
import {widthOf} from './text.js';

type View = Pick<Sink, 'style' | 'width'>;

/** What differs between two runs, section by section; what does not is named in one line at the end. */
export function diffScreen(diff: RunDiff, view: View): string {
  const {a, b, spec, metrics, sameMetrics, facts} = diff;
  const heads = [a, b].map((run, index) => sided(index, `${printable(run.id)}  ${run.state}`, view, '')).join('');
  const sections: {readonly title: string; readonly text: string | undefined}[] = [
    {title: 'spec', text: spec && specText(spec, view)},
    {title: 'metrics', text: metricsText(metrics, view)},
    ...factSections.map((name) => ({title: name, text: facts[name] && factsText(name, facts[name], view)})),
  ];
  const shown = sections.filter(({text}) => text).map(({title, text}) => `${view.style.bold(title)}\n${text}`);
  const same = sections.filter(({text}) => text === '').map(({title}) => title);
  const unknown = sections.filter(({text}) => text === undefined).map(({title}) => title);
  const counted = same.filter((title) => title !== 'metrics' || sameMetrics.length > 0);
  const alike = metrics.length > 0 ? [...counted, ...sameMetrics.map(printable)] : counted;
  const notes = [
    ...(alike.length > 0 ? [`the same in both: ${alike.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`not recorded in both: ${unknown.join(', ')}`] : []),
  ];
  const below = notes.map((note) => `${view.style.dim(folded('', note, view.width))}\n`).join('');
  return [heads, ...shown, below].filter(Boolean).join('\n');
}

function specText(spec: NonNullable<RunDiff['spec']>, view: View): string {
  const side = (index: number, value: SpecSide | undefined): string => {
    if (!value) return sided(index, 'none', view);
    const from = value.origin ? `  (${printable(formatOrigin(value.origin))})` : '';
    return sided(index, `${shownValue(value.value)}${from}`, view);
  };
  return spec
    .map(({key, keyInB, a, b}) => {
      const name = `${printable(key)}${keyInB === undefined ? '' : `  (in B: ${printable(keyInB)})`}`;
      return `${folded('  ', name, view.width)}\n${side(0, a)}${side(1, b)}`;
    })
    .join('');
}

/** A value of a spec in one line. */
export const shownValue = (value: unknown): string =>
  printable(typeof value === 'string' ? value : JSON.stringify(value));

function metricsText(metrics: readonly MetricDifference[], view: View): string {
  if (metrics.length === 0) return '';
  const text = (value: number | undefined): string => (value === undefined ? 'none' : formatMetric(value));
  const rows = metrics.map(({a, b, delta, ...rest}) => [
    `  ${printable(nameOf({a, b, ...rest}))}`,
    text(a),
    text(b),
    delta === undefined ? '' : `${delta > 0 ? '+' : ''}${formatMetric(delta)}`,
  ]);
  const judged = rows.map((row, index) => [...row, judgementOf(metrics[index]!)]);
  const right = {align: 'right'} as const;
  return renderTable(
    [
      {title: ''},
      {title: 'A', ...right},
      {title: 'B', ...right},
      {title: 'B − A', ...right, droppable: 1},
      {title: '', droppable: 2},
    ],
    judged,
    view,
  );
}

/** What the difference means for B. */
export function judgementOf({delta, goal}: MetricDifference): string {
  if (delta === undefined || !goal || !(delta > 0 || delta < 0)) return '';
  return delta > 0 === (goal === 'maximize') ? 'B is better' : 'A is better';
}

function factsText(section: FactSection, facts: readonly FactDifference[], view: View): string {
  const side = (index: number, key: string, value: FactDifference['a']): string =>
    sided(index, value === undefined ? 'none' : factOf(section, key, value), view);
  return facts
    .map(({key, a, b}) => `${folded('  ', printable(key), view.width)}\n${side(0, key, a)}${side(1, key, b)}`)
    .join('');
}

/** A fact as people read it. */
export function factOf(section: FactSection, key: string, value: NonNullable<FactDifference['a']>): string {
  if (typeof value !== 'number') return printable(String(value));
  if (key === 'durationSeconds') return formatDuration(value);
  if (key.endsWith('Bytes')) return formatBytes(value);
  return section === 'outcome' ? formatCount(value) : String(value);
}

/** A line, or several, of A in yellow or of B in cyan. */
function sided(index: number, text: string, {style, width}: View, indent = '    '): string {
  const paint = index === 0 ? style.yellow : style.cyan;
  return `${folded(`${indent}${paint(index === 0 ? 'A' : 'B')}  `, text, width)}\n`;
}

/** Text behind a lead, cut into lines that fit at spaces where there are some, anywhere else. */
function folded(lead: string, text: string, width: number): string {
  const indent = widthOf(lead);
  const room = Math.max(8, width - indent);
  const lines: string[] = [];
  let rest = [...text];
  while (rest.length > room) {
    const space = rest.slice(0, room + 1).lastIndexOf(' ');
    const end = space > room / 3 ? space : room;
    lines.push(rest.slice(0, end).join('').trimEnd());
    rest = rest.slice(rest[end] === ' ' ? end + 1 : end);
  }
  return lead + [...lines, rest.join('')].join(`\n${' '.repeat(indent)}`);
}
