import {columnsOf, metricOf, metricsOf, stepMetric} from './curve-data.js';
import {CurvePanel} from './curve-panel.js';
import type {RunData} from './data.js';
import {choice, fill, h, section, toggle} from './dom.js';
import {numFirstTicked, type State} from './state.js';
import {swatch} from './table.js';

/** Charts that are drawn unless more are chosen. */
const numFirstMetrics = 4;

/** Learning curves of the ticked rows, a chart for each metric. */
export function learningCurves(state: State): HTMLElement {
  const {element, body} = section('curves', 'Learning curves');
  const view = state.curves;
  const legend = h('div', {class: 'legend', 'aria-label': 'Rows that are drawn'});
  const notice = h('p', {class: 'notice', role: 'status'});
  const chips = h('div', {class: 'chips', role: 'group', 'aria-label': 'Metrics'});
  const grid = h('div', {class: 'panels'});
  const panels = new Map<string, CurvePanel>();

  const smoothing = h('output', {}, '0');
  const range = h('input', {
    type: 'range',
    id: 'smooth',
    min: 0,
    max: 0.98,
    step: 0.02,
    value: 0,
    oninput: () => {
      view.smooth = Number(range.value);
      smoothing.textContent = range.value;
      state.emit('curves');
    },
  });
  const set = <Key extends keyof typeof view>(key: Key, value: (typeof view)[Key]): void => {
    view[key] = value;
    state.emit('curves');
  };
  const controls = h(
    'div',
    {class: 'controls'},
    choice(
      'x axis',
      [
        ['epoch', 'epoch'],
        ['step', 'step'],
        ['time', 'time'],
      ],
      view.x,
      (x) => set('x', x as typeof view.x),
    ),
    choice(
      'Sets',
      [
        ['both', 'all'],
        ['judged', 'validation and test'],
        ['training', 'training'],
      ],
      view.sets,
      (sets) => set('sets', sets as typeof view.sets),
    ),
    h(
      'label',
      {class: 'field', title: 'Exponential moving average, bias corrected: 0 draws values as they are'},
      h('span', {}, 'Smoothing'),
      range,
      smoothing,
    ),
    toggle('log scale', view.log, (log) => set('log', log)),
    toggle('± std', view.bands, (bands) => set('bands', bands)),
  );

  const highlight = (label: string | undefined): void => {
    for (const panel of panels.values()) panel.highlight(label);
  };
  const drawLegend = (): void => {
    const rows = state.tickedRows;
    fill(
      legend,
      ...rows.map((row) =>
        h(
          'button',
          {
            type: 'button',
            class: 'quiet',
            title: `${row.name}: click to leave it out`,
            onclick: () => {
              state.tick([row], false);
              state.emit('ticks');
            },
            onmouseenter: () => highlight(row.label),
            onmouseleave: () => highlight(undefined),
            onfocus: () => highlight(row.label),
            onblur: () => highlight(undefined),
          },
          swatch(state.slotOf(row)),
          h('span', {}, row.label),
        ),
      ),
    );
    const all = state.data.overview.rows.length;
    const numLeft = all - rows.length;
    const thinned = rows
      .flatMap((row) => state.runsOf(row))
      .reduce((most, {epochs}) => Math.max(most, epochs.every), 1);
    fill(
      notice,
      rows.length === 0
        ? all === 0
          ? 'There are no runs yet.'
          : 'Tick rows in the table to draw them.'
        : numLeft > 0 &&
            `${rows.length} of ${all} rows are drawn${rows.length === numFirstTicked ? ', the first ones' : ''}; tick others in the table to draw them. `,
      thinned > 1 && `Long runs are drawn with every ${thinned}th epoch and the last.`,
    );
    notice.hidden = notice.textContent === '';
  };

  const draw = (): void => {
    drawLegend();
    const runs = state.tickedRows.flatMap((row) => state.runsOf(row));
    const metrics = metricsOf(runs);
    const chosen = view.metrics ?? firstMetrics(metrics, runs, state);
    fill(
      chips,
      ...metrics.map((metric) =>
        h(
          'button',
          {
            type: 'button',
            class: 'chip-button',
            'aria-pressed': String(chosen.has(metric)),
            'data-metric': metric,
            onclick: () => {
              const next = new Set(chosen);
              if (!next.delete(metric)) next.add(metric);
              view.metrics = next;
              draw();
              chips.querySelector<HTMLElement>(`[data-metric="${CSS.escape(metric)}"]`)?.focus();
            },
          },
          metric,
        ),
      ),
    );
    chips.hidden = metrics.length < 2;
    const shown = metrics.filter((metric) => chosen.has(metric));
    for (const [metric, panel] of panels) {
      if (shown.includes(metric)) continue;
      panel.dispose();
      panels.delete(metric);
    }
    for (const metric of shown) if (!panels.has(metric)) panels.set(metric, new CurvePanel(state, metric));
    const list = shown.map((metric) => panels.get(metric)!);
    if (
      [...grid.children].some((child, index) => child !== list[index]?.element) ||
      grid.children.length !== list.length
    )
      fill(grid, ...list.map((panel) => panel.element));
    for (const panel of list) panel.draw(columnsOf(panel.metric, runs));
  };

  fill(body, controls, legend, notice, chips, grid);
  state.on(['data', 'ticks', 'curves', 'theme'], draw);
  draw();
  return element;
}

/** The metric of the table, the loss, and others; single steps where epochs are too few to make a curve. */
function firstMetrics(metrics: readonly string[], runs: readonly RunData[], {data}: State): Set<string> {
  const {sortedBy, columns} = data.overview;
  const main = sortedBy === undefined ? undefined : metricOf(columns[sortedBy]!.name);
  const isShort = runs.every(({epochs}) => epochs.length < 2);
  const ranked = [main, 'loss', ...metrics.filter((metric) => metric !== stepMetric || isShort)];
  const known = [...new Set(ranked)].filter((metric) => metric !== undefined && metrics.includes(metric));
  return new Set(known.slice(0, numFirstMetrics) as string[]);
}
