import {formatCount} from '../format.js';
import type {CellData, ColumnData, Overview, RowData, RunData} from './data.js';
import {fill, h, section} from './dom.js';
import {type Order, parseFilter, sortRows} from './filter.js';
import {strokeOf} from './palette.js';
import type {State} from './state.js';
import {currentTheme} from './theme.js';

/** Rows that are put on the page at once. */
const numShown = 300;

/** The table of runs: sorted by its headings, filtered by what is typed, and the place where rows are ticked. */
export function runTable(state: State): HTMLElement {
  const {element, body} = section('runs', 'Runs');
  const filter = h('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'Filter: words, or val_accuracy>0.9',
    'aria-label': 'Filter rows',
    oninput: () => draw(),
  });
  const count = h('span', {class: 'muted', role: 'status', id: 'row-count'});
  const head = h('thead');
  const pinned = h('tbody', {class: 'baseline'});
  const rows = h('tbody');
  const table = h('table', {class: 'runs'}, head, pinned, rows);
  const scroller = h('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Table of runs'}, table);
  const notes = h('ul', {class: 'notes'});
  const opened = new Set<string>();
  let chosen: NamedOrder | undefined;
  let limit = numShown;

  const setTicks = (list: readonly RowData[], isTicked: boolean): void => {
    state.tick(list, isTicked);
    state.emit('ticks');
  };
  const tickAll = h('button', {type: 'button', onclick: () => setTicks(visible(), true)}, 'Tick all');
  const tickNone = h(
    'button',
    {type: 'button', onclick: () => setTicks(state.data.overview.rows, false)},
    'Untick all',
  );

  const visible = (): readonly RowData[] => {
    const {overview} = state.data;
    const kept = overview.rows.filter(parseFilter(filter.value, overview));
    const order = orderOf(overview, chosen);
    return order ? sortRows(kept, order) : kept;
  };
  const sortBy = (by: Order['by'], goal: ColumnData['goal']): void => {
    const {overview} = state.data;
    const order = orderOf(overview, chosen);
    const isDescending = order?.by === by ? !order.isDescending : goal === 'maximize';
    chosen = {by: typeof by === 'number' ? {column: overview.columns[by]!.name} : by, isDescending};
    draw();
  };
  const toggleRow = (row: RowData): void => {
    const key = row.runs[0] ?? '';
    if (!opened.delete(key)) opened.add(key);
    draw();
  };

  const draw = (): void => {
    const {overview} = state.data;
    const list = visible();
    const hasStates = overview.rows.some((row) => row.state !== 'finished');
    fill(head, headOf(overview, hasStates, orderOf(overview, chosen), sortBy));
    fill(pinned, ...(overview.baseline?.rows ?? []).map((row) => baselineRow(row, overview, hasStates)));
    fill(rows, ...list.slice(0, limit).flatMap((row) => rowsOf(row, hasStates)));
    if (list.length > limit) {
      const more = h('button', {type: 'button', onclick: () => showAll()}, `Show ${list.length - limit} more rows`);
      rows.append(h('tr', {}, h('td', {colspan: overview.columns.length + 3}, more)));
    }
    const numRuns = list.reduce((sum, row) => sum + row.runs.length, 0);
    const all = overview.rows.length;
    const shown = list.length === all ? `${all} ${all === 1 ? 'row' : 'rows'}` : `${list.length} of ${all} rows`;
    count.textContent = `${shown}, ${numRuns} ${numRuns === 1 ? 'run' : 'runs'}, ${state.tickedRows.length} ticked`;
    fill(notes, ...overview.notes.map((note) => h('li', {}, note)));
    if (list.length === 0) {
      const text = all === 0 ? 'There are no runs yet.' : 'No row fits the filter.';
      rows.append(h('tr', {}, h('td', {colspan: overview.columns.length + 3, class: 'empty'}, text)));
    }
  };
  const showAll = (): void => {
    limit = Number.POSITIVE_INFINITY;
    draw();
  };

  const rowsOf = (row: RowData, hasStates: boolean): readonly HTMLElement[] => {
    const slot = state.slotOf(row);
    const isOpen = opened.has(row.runs[0] ?? '');
    const box = h('input', {
      type: 'checkbox',
      'data-key': `tick ${row.runs[0]}`,
      checked: slot !== undefined,
      'aria-label': `Draw ${row.label}`,
      onchange: () => setTicks([row], box.checked),
    });
    const line = h(
      'tr',
      {class: `${slot === undefined ? '' : 'ticked'}${row.isBaseline ? ' is-baseline' : ''}`},
      h('td', {class: 'box'}, box),
      h('th', {scope: 'row', title: `${row.label}\n${row.runs.join('\n')}`}, labelOf(row, slot, isOpen)),
      hasStates && h('td', {}, stateChip(row.state), progressOf(state.runsOf(row))),
      ...placesOf(state.data.overview).map((index) => cellOf(row.cells[index]!, state.data.overview.columns[index]!)),
    );
    if (!isOpen) return [line];
    return [line, ...state.runsOf(row).map((run) => memberOf(run, hasStates))];
  };
  const labelOf = (row: RowData, slot: number | undefined, isOpen: boolean): HTMLElement => {
    const isSingle = row.runs.length === 1;
    const name = h(
      'button',
      {
        type: 'button',
        class: 'link',
        'data-key': `row ${row.runs[0]}`,
        'aria-expanded': isSingle ? undefined : String(isOpen),
        onclick: () => (isSingle ? showRun(row.runs[0]!) : toggleRow(row)),
      },
      !isSingle && h('span', {class: 'caret', 'aria-hidden': 'true'}, isOpen ? '▾' : '▸'),
      row.name,
    );
    return h('span', {class: 'run-label'}, swatch(slot), name, row.isBaseline && baselineChip());
  };
  const showRun = (id: string): void => {
    state.run = id;
    state.emit('choice');
    document.getElementById('run')?.scrollIntoView({block: 'start'});
  };
  const memberOf = (run: RunData, hasStates: boolean): HTMLElement =>
    h(
      'tr',
      {class: 'member'},
      h('td'),
      h(
        'th',
        {scope: 'row', title: run.id},
        h(
          'button',
          {type: 'button', class: 'link', 'data-key': `run ${run.id}`, onclick: () => showRun(run.id)},
          run.seed === undefined ? run.id : `seed ${run.seed}`,
        ),
      ),
      hasStates && h('td', {}, stateChip(run.state)),
      ...placesOf(state.data.overview).map((index) =>
        h('td', {class: state.data.overview.columns[index]!.kind}, run.texts[index]),
      ),
    );

  fill(body, h('div', {class: 'controls'}, filter, tickAll, tickNone, count), scroller, notes);
  state.on(['data', 'ticks', 'theme'], draw);
  draw();
  return element;
}

/** An order that holds when columns come and go. */
interface NamedOrder {
  readonly by: 'run' | 'state' | {readonly column: string};
  readonly isDescending: boolean;
}

/** What was chosen, else the order in which the table came. */
function orderOf({columns, sortedBy}: Overview, chosen: NamedOrder | undefined): Order | undefined {
  if (chosen && typeof chosen.by === 'string') return {by: chosen.by, isDescending: chosen.isDescending};
  const {by, isDescending = false} = chosen ?? {};
  const column = typeof by === 'object' ? columns.findIndex(({name}) => name === by.column) : -1;
  if (column >= 0) return {by: column, isDescending};
  return sortedBy === undefined ? undefined : {by: sortedBy, isDescending: columns[sortedBy]!.goal === 'maximize'};
}

/** The column that decides comes first: settings may fill the screen. */
const placesOf = ({columns, sortedBy = -1}: Overview): readonly number[] => {
  const others = [...columns.keys()].filter((index) => index !== sortedBy);
  return sortedBy < 0 ? others : [sortedBy, ...others];
};

function headOf(
  overview: Overview,
  hasStates: boolean,
  order: Order | undefined,
  sortBy: (by: Order['by'], goal: ColumnData['goal']) => void,
): HTMLElement {
  const heading = (by: Order['by'], text: string, {goal, kind, name}: Partial<ColumnData>): HTMLElement => {
    const isSorted = order?.by === by;
    const direction = order?.isDescending ? 'descending' : 'ascending';
    const better = goal === undefined ? '' : goal === 'maximize' ? ', larger is better' : ', smaller is better';
    const mark = isSorted ? (order.isDescending ? '▼' : '▲') : '';
    const button = h(
      'button',
      {type: 'button', 'data-key': `by ${by}`, title: `${name ?? text}${better}`, onclick: () => sortBy(by, goal)},
      text,
      h('span', {class: 'direction', 'aria-hidden': 'true'}, mark),
    );
    return h('th', {scope: 'col', class: kind, 'aria-sort': isSorted ? direction : 'none'}, button);
  };
  return h(
    'tr',
    {},
    h('td', {class: 'box'}),
    heading('run', 'run', {}),
    hasStates && heading('state', 'state', {}),
    ...placesOf(overview).map((index) => heading(index, overview.columns[index]!.title, overview.columns[index]!)),
  );
}

const baselineChip = (): HTMLElement => h('span', {class: 'chip baseline'}, 'baseline');

/** A row of a baseline that is not among the runs: there is nothing to draw of it. */
function baselineRow(
  {label, title, cells}: NonNullable<Overview['baseline']>['rows'][number],
  overview: Overview,
  hasStates: boolean,
): HTMLElement {
  return h(
    'tr',
    {class: 'is-baseline'},
    h('td', {class: 'box'}),
    h('th', {scope: 'row', title}, h('span', {class: 'run-label'}, h('span', {}, label), baselineChip())),
    hasStates && h('td'),
    ...placesOf(overview).map((index) => cellOf(cells[index]!, overview.columns[index]!)),
  );
}

function cellOf(cell: CellData, {kind}: ColumnData): HTMLElement {
  const mark = cell.isBest ? 'best' : cell.isWithinNoise ? 'near' : '';
  const meaning = cell.isBest
    ? 'the best'
    : cell.isWithinNoise
      ? 'the difference from the best may be chance'
      : undefined;
  const {delta} = cell;
  const title = [cell.detail, meaning, delta?.detail].filter(Boolean).join('; ');
  const verdict = delta?.isBetter === undefined ? '' : delta.isBetter ? 'better' : 'worse';
  return h(
    'td',
    {class: `${kind} ${mark}`, title: title === '' ? undefined : title},
    cell.text,
    meaning !== undefined && h('span', {class: 'mark', 'aria-label': meaning}, cell.isBest ? '★' : '≈'),
    delta && h('span', {class: `delta ${verdict}`}, delta.text),
  );
}

/** `98 of 400 epochs`, of the runs that go on. */
function progressOf(runs: readonly RunData[]): HTMLElement | undefined {
  const running = runs.filter(({state, numEpochs}) => state === 'running' && numEpochs !== undefined);
  const numEpochs = running.reduce((sum, run) => sum + run.numEpochs!, 0);
  if (numEpochs === 0) return undefined;
  const done = running.reduce((sum, {epochs}) => sum + Number(epochs.columns.epoch?.at(-1) ?? 0), 0);
  const bar = h('progress', {value: done, max: numEpochs, 'aria-hidden': 'true'});
  return h('span', {class: 'progress'}, bar, `${formatCount(done)} of ${formatCount(numEpochs)} epochs`);
}

/** The line that stands for a row in charts. */
export function swatch(slot: number | undefined): HTMLElement {
  const element = h('span', {class: 'swatch', 'aria-hidden': 'true'});
  if (slot === undefined) return element;
  const {color, dash} = strokeOf(slot, currentTheme());
  element.style.borderTopColor = color;
  element.style.borderTopStyle = dash;
  return element;
}

/** `finished`, in its colour, or that of another state. */
export function stateChip(text: string, state = text): HTMLElement {
  const known =
    /^(\d+ )?(finished|running|failed|diverged|interrupted|pruned|crashed|corrupt)$/.exec(state)?.[2] ?? 'mixed';
  return h('span', {class: `chip ${known}`}, text);
}
