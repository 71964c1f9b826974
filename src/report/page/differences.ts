import {type SpecDifference, specDifferences} from '../../comparison/spec-differences.js';
import {formatMetric} from '../format.js';
import type {RunData} from './data.js';
import {fill, h, isBeingUsed, section} from './dom.js';
import {runSelect} from './run-select.js';
import type {State} from './state.js';

/** Two runs side by side: where their specs, results and environments differ. */
export function differences(state: State): HTMLElement {
  const {element, body} = section(
    'differences',
    'Two runs side by side',
    'Differences only; a layer that came or went is one of them.',
  );
  const picks = h('div', {class: 'controls'});
  const result = h('div');

  const drawPicks = (a: RunData, b: RunData, choose: (pair: [string, string]) => void): void => {
    fill(
      picks,
      runSelect(state, 'A', a.id, (id) => choose([id, b.id])),
      h(
        'button',
        {type: 'button', 'data-key': 'swap', onclick: () => choose([b.id, a.id]), 'aria-label': 'Swap A and B'},
        '⇄',
      ),
      runSelect(state, 'B', b.id, (id) => choose([a.id, id])),
    );
  };
  const draw = (): void => {
    const runs = state.data.runs;
    element.hidden = runs.length < 2;
    if (element.hidden) return;
    const ticked = state.tickedRows.flatMap((row) => state.runsOf(row).slice(0, 1));
    const [first, second] = ticked.length > 1 ? ticked : runs;
    const a = state.runOf(state.pair[0]) ?? first!;
    const b = state.runOf(state.pair[1]) ?? (second === a ? first! : second!);
    const choose = (pair: [string, string]): void => {
      state.pair = pair;
      draw();
    };
    if (!isBeingUsed(picks)) drawPicks(a, b, choose);
    fill(result, ...comparisonOf(state, a, b));
  };
  fill(body, picks, result);
  state.on(['data', 'ticks', 'choice'], draw);
  draw();
  return element;
}

type Line = readonly [key: string, a: string | undefined, b: string | undefined, note?: string];

function comparisonOf(state: State, a: RunData, b: RunData): readonly HTMLElement[] {
  const {columns} = state.data.overview;
  const spec =
    a.spec === undefined || b.spec === undefined
      ? undefined
      : specDifferences([a.spec, b.spec], [undefined, undefined]).map(lineOf);
  const results = columns.flatMap(({title, kind, goal}, index): Line[] => {
    if (kind === 'setting' || a.values[index] === b.values[index]) return [];
    const [x, y] = [a.values[index], b.values[index]];
    if (typeof x !== 'number' || typeof y !== 'number') return [[title, a.texts[index], b.texts[index]]];
    const better =
      goal === undefined || x === y ? '' : (goal === 'maximize') === y > x ? ', B is better' : ', A is better';
    const delta = kind === 'metric' ? `${y > x ? '+' : ''}${formatMetric(y - x)}${better}` : '';
    return [[title, a.texts[index], b.texts[index], delta]];
  });
  const machine =
    a.environment === undefined || b.environment === undefined
      ? undefined
      : specDifferences([machineOf(a), machineOf(b)], [undefined, undefined]).map(lineOf);
  return [
    ...block('Spec', spec, 'The specs are the same.', 'The spec of one of them cannot be read.'),
    ...block('Results', results, 'The results are the same.', ''),
    ...block('Environment', machine, 'The environments are the same.', 'One of them did not record its environment.'),
  ];
}

/** The command line as it was typed. */
function machineOf({environment}: RunData): unknown {
  const {command, ...rest} = environment as {readonly command?: unknown};
  return {...(Array.isArray(command) ? {command: `exp ${command.join(' ')}`} : {}), ...rest};
}

const lineOf = ({key, keyInB, a, b}: SpecDifference): Line => [
  key,
  a && textOf(a.value),
  b && textOf(b.value),
  keyInB === undefined ? '' : `in B ${keyInB}`,
];

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 1)?.replace(/\n\s*/g, ' ') ?? 'none');

function block(
  title: string,
  lines: readonly Line[] | undefined,
  same: string,
  unknown: string,
): readonly HTMLElement[] {
  if (!lines || lines.length === 0) return [h('h3', {}, title), h('p', {class: 'muted'}, lines ? same : unknown)];
  const side = (text: string | undefined): HTMLElement =>
    h('td', {class: text === undefined ? 'absent' : 'value'}, text ?? 'none');
  const rows = lines.map(([key, a, b, note]) =>
    h('tr', {}, h('th', {scope: 'row'}, key), side(a), side(b), h('td', {class: 'muted'}, note ?? '')),
  );
  const head = h(
    'tr',
    {},
    h('th', {scope: 'col'}, ''),
    h('th', {scope: 'col'}, 'A'),
    h('th', {scope: 'col'}, 'B'),
    h('th', {scope: 'col'}, h('span', {class: 'hidden'}, 'B − A')),
  );
  return [
    h('h3', {}, title),
    h(
      'div',
      {class: 'scroller plain', tabindex: 0, role: 'region', 'aria-label': title},
      h('table', {class: 'diff', 'data-diff': title.toLowerCase()}, h('thead', {}, head), h('tbody', {}, ...rows)),
    ),
  ];
}
