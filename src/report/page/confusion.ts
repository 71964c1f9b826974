import {type Matrix, matrixOf} from './confusion-matrix.js';
import type {RowData, TableData} from './data.js';
import {choice, fill, h, section} from './dom.js';
import type {State} from './state.js';
import {swatch} from './table.js';
import {currentTheme} from './theme.js';

/** Classes that a table still has room for; above, only the most frequent confusions are told. */
const mostClasses = 24;
const numShown = 6;
const numConfusions = 8;

/** Confusion matrices and other tables that metrics made, of the ticked rows; matrices of several seeds are added up. */
export function confusionMatrices(state: State): HTMLElement {
  const {element, body} = section(
    'tables',
    'Confusion matrices',
    'Shade: share of the true class. Rows of several runs are added up.',
  );
  const picks = h('div', {class: 'controls'});
  const grid = h('div', {class: 'panels matrices'});
  let chosen: string | undefined;
  let drawn = '';

  const draw = (): void => {
    const names = [...new Set(state.data.runs.flatMap(({tables}) => tables.map(nameOf)))].sort();
    const leftOut = state.data.runs.some(({tablesLeftOut}) => tablesLeftOut.length > 0);
    element.hidden = names.length === 0 && !leftOut;
    if (element.hidden) return;
    if (chosen === undefined || !names.includes(chosen))
      chosen = names.find((name) => name.endsWith('.test')) ?? names[0];
    const options = names.map((name) => [name, titleOf(name)] as const);
    const rows = state.tickedRows.filter((row) =>
      state.runsOf(row).some(({tables}) => tables.some((table) => nameOf(table) === chosen)),
    );
    const inputs = JSON.stringify([
      currentTheme(),
      chosen,
      names,
      rows.map((row) => [row.label, state.slotOf(row), state.runsOf(row).map(({tables}) => tables)]),
    ]);
    if (inputs === drawn) return;
    drawn = inputs;
    fill(
      picks,
      names.length > 1 &&
        choice('Table', options, chosen ?? '', (name) => {
          chosen = name;
          draw();
        }),
      rows.length > numShown && h('span', {class: 'muted'}, `The first ${numShown} of ${rows.length} ticked rows.`),
      rows.length === 0 && h('span', {class: 'muted'}, 'No ticked row has this table.'),
      leftOut && h('span', {class: 'muted'}, 'Large tables of some runs are in their folders only.'),
    );
    fill(grid, ...rows.slice(0, numShown).map((row) => panelOf(state, row, chosen ?? '')));
  };
  fill(body, picks, grid);
  state.on(['data', 'ticks', 'theme'], draw);
  draw();
  return element;
}

const nameOf = ({name, split}: TableData): string => `${name}.${split}`;

/** `confusion-matrix.test` → `confusion matrix, test set` */
function titleOf(name: string): string {
  const split = name.endsWith('.test') ? 'test' : 'validation';
  return `${name.slice(0, -split.length - 1).replaceAll('-', ' ')}, ${split} set`;
}

function panelOf(state: State, row: RowData, name: string): HTMLElement {
  const tables = state.runsOf(row).flatMap(({tables}) => tables.filter((table) => nameOf(table) === name));
  const matrix = matrixOf(tables);
  const caption = h(
    'figcaption',
    {},
    h('h3', {}, swatch(state.slotOf(row)), row.label),
    tables.length > 1 && h('span', {class: 'muted'}, matrix ? `sum of ${tables.length} runs` : 'the first run'),
  );
  if (!matrix) return h('figure', {class: 'panel'}, caption, plainTable(tables[0]!));
  return h(
    'figure',
    {class: 'panel'},
    caption,
    matrix.classes.length <= mostClasses && heatTable(matrix),
    confusionsOf(matrix),
  );
}

function heatTable({classes, counts}: Matrix): HTMLElement {
  const rows = classes.map((name, i) => {
    const total = counts[i]!.reduce((sum, count) => sum + count, 0);
    const cells = counts[i]!.map((count, j) => {
      const share = total > 0 ? count / total : 0;
      const cell = h(
        'td',
        {
          class: `${i === j ? 'right' : ''} ${share > 0.55 ? 'strong' : ''}`,
          title: `${name} taken for ${classes[j]}: ${count}, ${Math.round(100 * share)} %`,
        },
        count,
      );
      cell.style.setProperty('--share', `${Math.round(100 * Math.sqrt(share))}%`);
      return cell;
    });
    return h('tr', {}, h('th', {scope: 'row'}, name), ...cells);
  });
  const head = h(
    'tr',
    {},
    h('td', {class: 'corner'}, 'true ↓ predicted →'),
    ...classes.map((name) => h('th', {scope: 'col'}, h('span', {}, name))),
  );
  return h(
    'div',
    {class: 'scroller plain'},
    h('table', {class: 'matrix'}, h('thead', {}, head), h('tbody', {}, ...rows)),
  );
}

function confusionsOf({classes, counts}: Matrix): HTMLElement {
  const wrong = counts.flatMap((row, i) => row.flatMap((count, j) => (i !== j && count > 0 ? [{count, i, j}] : [])));
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  const worst = wrong.sort((a, b) => b.count - a.count).slice(0, classes.length <= mostClasses ? 3 : numConfusions);
  return h(
    'p',
    {class: 'muted confusions'},
    `${right} of ${all} right. `,
    worst.length > 0 &&
      `Most often: ${worst.map(({count, i, j}) => `${classes[i]} taken for ${classes[j]} (${count})`).join(', ')}.`,
  );
}

function plainTable({header, rows}: TableData): HTMLElement {
  const lines = rows.slice(0, 200).map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell))));
  return h(
    'div',
    {class: 'scroller plain'},
    h(
      'table',
      {class: 'facts'},
      h('thead', {}, h('tr', {}, ...header.map((cell) => h('th', {scope: 'col'}, cell)))),
      h('tbody', {}, ...lines),
    ),
  );
}
