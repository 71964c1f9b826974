import type {PlainValue, RowData} from './data.js';
import {fill, h} from './dom.js';
import type {State} from './state.js';
import {themeButton} from './theme.js';

/** Title, facts, links to the sections that have something to show, and the colours. */
export function pageHeader(state: State, main: HTMLElement): HTMLElement {
  const facts = h('p', {class: 'muted'});
  const title = h('h1', {}, state.data.title);
  const links = h('nav', {'aria-label': 'Sections'});
  const draw = (): void => {
    const {createdAt, runs, overview} = state.data;
    const made = new Date(createdAt).toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'short'});
    const [numRuns, numRows] = [runs.length, overview.rows.length];
    const groups = numRows < numRuns ? ` in ${numRows} rows` : '';
    const numRunning = runs.filter((run) => run.state === 'running').length;
    fill(
      facts,
      numRunning > 0 && h('span', {class: 'chip running'}, `${numRunning} running`),
      numRunning > 0 && ' · ',
      `${numRuns} ${numRuns === 1 ? 'run' : 'runs'}${groups} · ${made}`,
    );
    const sections = [...main.querySelectorAll<HTMLElement>(':scope > section')].filter(({hidden}) => !hidden);
    fill(links, ...sections.map((one) => h('a', {href: `#${one.id}`}, one.querySelector('h2')?.textContent ?? '')));
  };
  state.on(['data'], draw);
  draw();
  const top = h(
    'div',
    {class: 'top'},
    h('div', {class: 'names'}, title, facts),
    themeButton(() => state.emit('theme')),
  );
  return h('header', {}, top, links);
}

/** Who is ahead: the best value, what it was reached with, and how sure that is. */
export function verdictCard(state: State): HTMLElement {
  const card = h('div', {class: 'verdict'});
  const draw = (): void => {
    const {columns, rows, sortedBy, verdict} = state.data.overview;
    const valueIn = (row: RowData | undefined): PlainValue =>
      sortedBy === undefined ? null : (row?.cells[sortedBy]?.value ?? null);
    const best = rows.find(({cells}) => sortedBy !== undefined && cells[sortedBy]?.isBest) ?? rows[0];
    card.hidden = sortedBy === undefined || !best || typeof valueIn(best) !== 'number' || rows.length < 2;
    if (card.hidden || sortedBy === undefined || !best) return;
    const numEqual = rows.filter((row) => row !== best && valueIn(row) === valueIn(best)).length;
    const others = numEqual === 0 ? '' : ` and ${numEqual} more with the same value`;
    fill(
      card,
      h(
        'p',
        {class: 'big'},
        h('span', {class: 'what'}, `Best ${columns[sortedBy]!.title}`),
        h('b', {}, best.cells[sortedBy]!.text),
        h('span', {class: 'with'}, best.label + others),
      ),
      verdict !== undefined && h('p', {class: 'muted'}, verdict),
    );
  };
  state.on(['data'], draw);
  draw();
  return card;
}
