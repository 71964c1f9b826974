import {formatMetric} from '../format.js';
import {axisStyle, Chart, type ChartOption, tooltipStyle} from './charts.js';
import type {SweepData, SweepPoint, SweepRank} from './data.js';
import {fill, h, section} from './dom.js';
import {chartColors, strokeOf} from './palette.js';
import type {State} from './state.js';
import {stateChip} from './table.js';
import {currentTheme} from './theme.js';

/** Sweeps whose trials are among the runs: how far each is, the best, a chart of all trials with the best so far, and the ranking. */
export function sweepsSection(state: State): HTMLElement {
  const {element, body} = section('sweeps', 'Sweep');
  const cards = new Map<string, SweepCard>();
  const draw = (): void => {
    const sweeps = state.data.sweeps ?? [];
    element.hidden = sweeps.length === 0;
    const heading = element.querySelector('h2');
    if (heading) heading.textContent = sweeps.length > 1 ? 'Sweeps' : 'Sweep';
    const ids = new Set(sweeps.map(({id}) => id));
    for (const [id, card] of cards) {
      if (ids.has(id)) continue;
      card.dispose();
      cards.delete(id);
    }
    for (const {id} of sweeps) if (!cards.has(id)) cards.set(id, new SweepCard(state));
    const list = sweeps.map(({id}) => cards.get(id)!.element);
    if (list.length !== body.children.length || list.some((one, index) => one !== body.children[index]))
      fill(body, ...list);
    for (const [index, sweep] of sweeps.entries()) cards.get(sweep.id)!.draw(sweep, sweeps.length === 1 || index === 0);
  };
  state.on(['data', 'theme'], draw);
  draw();
  return element;
}

class SweepCard {
  readonly element: HTMLElement;
  readonly #head = h('div', {class: 'sweep-head'});
  readonly #chart = new Chart('sweep-chart');
  readonly #table = h('div', {class: 'scroller plain', tabindex: 0, role: 'region', 'aria-label': 'The best points'});
  readonly #notes = h('ul', {class: 'notes'});
  readonly #details: HTMLDetailsElement;
  #drawn = '';
  #isFirst = true;

  constructor(readonly state: State) {
    this.#details = h(
      'details',
      {},
      h('summary', {}, 'Trials'),
      h(
        'figure',
        {class: 'panel wide'},
        h(
          'figcaption',
          {class: 'muted'},
          'A dot a trial, hollow where it did not finish; the line is the best so far.',
        ),
        this.#chart.element,
      ),
      this.#table,
      this.#notes,
    );
    this.element = h('article', {class: 'sweep-card'}, this.#head, this.#details);
  }

  dispose(): void {
    this.#chart.dispose();
  }

  /** @param isOpen at first */
  draw(sweep: SweepData, isOpen: boolean): void {
    if (this.#isFirst) this.#details.open = isOpen;
    this.#isFirst = false;
    const inputs = JSON.stringify([currentTheme(), sweep]);
    if (inputs === this.#drawn) return;
    this.#drawn = inputs;
    this.element.dataset.sweep = sweep.id;
    this.element.dataset.points = String(sweep.points.length);
    fill(this.#head, ...this.#headOf(sweep));
    const label = `${sweep.metric} of ${sweep.points.length} trials, and the best so far`;
    this.#chart.element.hidden = sweep.points.length === 0;
    this.#chart.draw(chartOf(sweep), label);
    fill(
      this.#table,
      rankingOf(sweep, (run) => this.#show(run)),
    );
    fill(
      this.#notes,
      ...[...(sweep.importance === undefined ? [] : [sweep.importance]), ...sweep.failures].map((note) =>
        h('li', {}, note),
      ),
    );
  }

  #headOf(sweep: SweepData): readonly HTMLElement[] {
    const {numPlanned, numOver, state, progress, best, name, how, id} = sweep;
    const bar =
      numPlanned !== undefined &&
      h('progress', {value: Math.min(numOver, numPlanned), max: Math.max(1, numPlanned), 'aria-label': 'Trials done'});
    const only = h(
      'button',
      {type: 'button', 'data-key': `only ${id}`, onclick: () => this.#filter(id)},
      'Only its trials in the table',
    );
    const isAlone = (this.state.data.sweeps ?? []).length === 1 && this.state.data.mode === 'report';
    return [
      h(
        'p',
        {class: 'sweep-title'},
        h('b', {title: id}, name),
        ' ',
        stateChip(state),
        h('span', {class: 'muted'}, how),
        bar,
      ),
      h('p', {}, progress),
      ...(best === undefined ? [] : [h('p', {class: 'sweep-best'}, best)]),
      ...(isAlone ? [] : [h('p', {}, only)]),
    ];
  }

  /** As if somebody had typed it. */
  #filter(id: string): void {
    const input = document.getElementById('filter');
    if (!(input instanceof HTMLInputElement)) return;
    input.value = input.value === `${id}/trials` ? '' : `${id}/trials`;
    input.dispatchEvent(new Event('input'));
    document.getElementById('runs')?.scrollIntoView({block: 'start'});
  }

  #show(run: string): void {
    if (!this.state.runOf(run)) return;
    this.state.run = run;
    this.state.emit('choice');
    document.getElementById('run')?.scrollIntoView({block: 'start'});
  }
}

function rankingOf({ranked, metric}: SweepData, show: (run: string) => void): HTMLElement {
  const head = ['rank', metric, 'parameters', 'state', 'runs'].map((title, index) =>
    h('th', {scope: 'col', class: index < 2 ? 'number' : ''}, title),
  );
  const rows = ranked.map((point: SweepRank) =>
    h(
      'tr',
      {class: point.rank === 1 ? 'best' : ''},
      h('td', {class: 'number'}, point.rank),
      h('td', {class: 'number'}, `${point.value}${point.isWithinNoise ? ' ≈' : ''}`),
      h('td', {class: 'settings'}, point.settings),
      h('td', {}, stateChip(point.outcome, point.state)),
      h('td', {}, ...point.runs.map((run) => runButton(run, show))),
    ),
  );
  if (rows.length === 0) return h('p', {class: 'muted'}, 'No trial was begun yet.');
  return h('table', {class: 'facts ranking'}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
}

const runButton = (run: string, show: (run: string) => void): HTMLElement =>
  h(
    'button',
    {type: 'button', class: 'link', 'data-key': `trial ${run}`, title: run, onclick: () => show(run)},
    run.replace(/^.*\/trials\/0*/, 'trial '),
  );

/** A point a trial, hollow if it did not finish, and the best so far as a line. */
function chartOf({points, metric, goal}: SweepData): ChartOption {
  const {line, muted} = chartColors();
  const theme = currentTheme();
  const [dot, best] = [strokeOf(0, theme).color, strokeOf(1, theme).color];
  const style = axisStyle();
  const values = points.map(({value}) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Losses go over decades, of which only the worst would be seen.
  const isLog = goal === 'minimize' && low > 0 && high / low >= 100;
  return {
    grid: {left: 4, right: 16, top: 26, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel'},
    xAxis: {
      ...style,
      type: 'value',
      min: 1,
      max: Math.max(2, points.at(-1)?.trial ?? 0),
      minInterval: 1,
      name: 'trial',
      nameLocation: 'middle',
      nameGap: 22,
      splitLine: {show: false},
    },
    yAxis: {
      ...style,
      type: isLog ? 'log' : 'value',
      scale: true,
      name: `${metric}, ${goal === 'maximize' ? 'larger' : 'smaller'} is better`,
      nameTextStyle: {align: 'left', color: muted, fontSize: 11},
    },
    tooltip: {
      ...tooltipStyle(),
      trigger: 'item',
      formatter: (found: unknown) => tipOf(points[(found as {dataIndex: number}).dataIndex], metric),
    },
    series: [
      {
        type: 'line',
        step: 'end',
        silent: true,
        showSymbol: false,
        tooltip: {show: false},
        lineStyle: {color: best, width: 2},
        data: points.map(({trial, best: value}) => [trial, value ?? null]),
        z: 2,
      },
      {
        type: 'scatter',
        symbolSize: points.length > 300 ? 5 : 8,
        data: points.map(({trial, value, state}) => ({
          value: [trial, value],
          itemStyle:
            state === 'finished'
              ? {color: dot, opacity: 0.85, borderColor: line, borderWidth: 0.5}
              : {color: 'transparent', borderColor: dot, borderWidth: 1.5},
        })),
        z: 3,
      },
    ],
  };
}

function tipOf(point: SweepPoint | undefined, metric: string): HTMLElement {
  if (!point) return h('div');
  const pair = (name: string, text: string): HTMLElement =>
    h('div', {class: 'tip-line'}, h('span', {class: 'tip-name'}, name), h('b', {}, text));
  return h(
    'div',
    {class: 'tip'},
    h('div', {class: 'tip-title'}, `trial ${point.trial}`),
    pair(metric, formatMetric(point.value)),
    pair('state', point.state),
    point.best !== undefined && pair('best so far', formatMetric(point.best)),
  );
}
