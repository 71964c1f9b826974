import type {CurvePoint} from '../../comparison/mean-curve.js';
import {formatDeviation, formatDuration, formatMetric} from '../format.js';
import {axisStyle, axisText, Chart, type ChartOption, tooltipStyle} from './charts.js';
import {curveOf, stepMetric} from './curve-data.js';
import type {RowData} from './data.js';
import {h} from './dom.js';
import {chartColors, type Stroke, strokeOf} from './palette.js';
import type {State} from './state.js';
import {swatch} from './table.js';
import {currentTheme} from './theme.js';

/** Rows that a tooltip names. */
const numNamed = 12;

interface Line {
  readonly row: RowData;
  readonly slot: number;
  readonly column: string;
  readonly points: readonly CurvePoint[];
  /** Drawn thin, beside the one of a held-out set. */
  readonly isSecond: boolean;
}

/** The chart of one metric: a line for each ticked row and set, with a band of ± one standard deviation where it is a mean. */
export class CurvePanel {
  readonly element: HTMLElement;
  readonly #chart = new Chart('curves-chart');
  #drawn: readonly unknown[] = [];
  readonly #sets = h('span', {class: 'muted'});

  constructor(
    readonly state: State,
    readonly metric: string,
  ) {
    this.element = h(
      'figure',
      {class: 'panel', 'data-metric': metric},
      h('figcaption', {}, h('h3', {}, metric), this.#sets),
      this.#chart.element,
    );
  }

  /** @param columns of the metric that runs have, those of held-out sets first */
  draw(columns: readonly string[]): void {
    const inputs = this.#inputs();
    if (inputs.length === this.#drawn.length && inputs.every((input, index) => input === this.#drawn[index])) return;
    this.#drawn = inputs;
    const {sets} = this.state.curves;
    const isTraining = (column: string): boolean => column === this.metric;
    const wanted = columns.filter(
      (column) => sets === 'both' || columns.length === 1 || isTraining(column) === (sets === 'training'),
    );
    const lines = this.state.tickedRows.flatMap((row) =>
      wanted.flatMap((column, index): Line[] => {
        const points = curveOf(this.state.runsOf(row), column, this.state.curves);
        return points.length === 0 ? [] : [{row, slot: this.state.slotOf(row)!, column, points, isSecond: index > 0}];
      }),
    );
    this.#sets.textContent =
      wanted.length > 1 ? `${wanted[0]} bold, ${wanted.slice(1).join(' and ')} thin` : (wanted[0] ?? '');
    if (wanted.length === 1 && wanted[0] === this.metric && columns.length === 1) this.#sets.textContent = '';
    this.element.dataset.curves = String(lines.length);
    this.element.dataset.points = String(lines.reduce((most, {points}) => Math.max(most, points.length), 0));
    const {x} = this.state.curves;
    const along = this.metric === stepMetric ? 'step' : x;
    const finite = lines.flatMap(({points}) => points).filter(({value}) => Number.isFinite(value));
    const label = `${this.metric} by ${along}: ${lines.length} ${lines.length === 1 ? 'curve' : 'curves'}`;
    this.#chart.draw(this.#option(lines, along, finite.length > 0), label);
  }

  /** What the chart depends on; curves that did not grow are the same objects as before. */
  #inputs(): readonly unknown[] {
    const {x, smooth, log, bands, sets} = this.state.curves;
    const rows = this.state.tickedRows.flatMap((row) => [
      row.label,
      this.state.slotOf(row),
      ...this.state.runsOf(row).map(({epochs, steps}) => (this.metric === stepMetric ? steps : epochs)),
    ]);
    return [currentTheme(), x, smooth, log, bands, sets, ...rows];
  }

  highlight(label: string | undefined): void {
    this.#chart.highlight(label);
  }

  dispose(): void {
    this.#chart.dispose();
  }

  #option(lines: readonly Line[], along: 'epoch' | 'step' | 'time', hasValues: boolean): ChartOption {
    const {log, bands} = this.state.curves;
    const theme = currentTheme();
    const isLog = log && lines.some(({points}) => points.some(({value}) => value > 0));
    const {line} = chartColors();
    const strokes = lines.map(({slot}) => strokeOf(slot, theme));
    const range = rangeOf(lines);
    const several = Math.max(1, lines.length / 12);
    return {
      grid: {left: 4, right: 14, top: 10, bottom: 22, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel'},
      xAxis: {
        ...axisStyle(),
        type: 'value',
        min: 'dataMin',
        max: 'dataMax',
        minInterval: along === 'time' ? 0 : 1,
        name: along === 'time' ? 'seconds of training' : along,
        nameLocation: 'middle',
        nameGap: 20,
        splitLine: {show: false},
        axisLabel: {...(axisStyle().axisLabel as object), showMaxLabel: true, showMinLabel: true},
      },
      yAxis: {
        ...axisStyle(),
        type: isLog ? 'log' : 'value',
        scale: true,
        show: hasValues,
        ...(isShare(range) ? {max: 1} : {}),
      },
      dataZoom: [
        {
          type: 'inside',
          xAxisIndex: 0,
          filterMode: 'none',
          zoomOnMouseWheel: 'ctrl',
          moveOnMouseMove: 'ctrl',
          moveOnMouseWheel: false,
        },
      ],
      tooltip: {
        ...tooltipStyle(),
        trigger: 'axis',
        axisPointer: {type: 'line', lineStyle: {color: line}},
        formatter: (found: unknown) => tooltip(found as readonly Hovered[], lines, along),
      },
      series: [
        ...(bands ? lines.flatMap((one, index) => bandOf(one, strokes[index]!, isLog, range)) : []),
        ...lines.map(({row, points, isSecond}, index) => ({
          id: String(index),
          name: row.label,
          type: 'line',
          data: points.map(({x, value}) => [x, Number.isFinite(value) && (!isLog || value > 0) ? value : null]),
          showSymbol: points.length === 1,
          symbolSize: 6,
          connectNulls: false,
          lineStyle: {
            color: strokes[index]!.color,
            type: strokes[index]!.dash,
            width: isSecond ? 1 : Math.max(1.2, 2.2 - 0.2 * several),
            opacity: isSecond ? 0.55 : 1,
          },
          itemStyle: {color: strokes[index]!.color},
          emphasis: {focus: 'series', lineStyle: {width: isSecond ? 1.5 : 3, opacity: 1}},
          blur: {lineStyle: {opacity: 0.15}},
          z: isSecond ? 2 : 3,
        })),
      ],
    };
  }
}

/** What lines lie between: bands do not stretch the axis. */
function rangeOf(lines: readonly Line[]): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const {points} of lines) {
    for (const {value} of points) {
      if (!Number.isFinite(value)) continue;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return [low, high];
}

/** Whether values end at 1, as those of accuracy do: a band goes beyond, and the axis need not. */
const isShare = ([low, high]: readonly [number, number]): boolean => low >= 0 && high > 0.8 && high <= 1;

/** A polygon between mean − std and mean + std; on a logarithmic axis only where both have a place. */
function bandOf(
  {row, points, isSecond}: Line,
  {color}: Stroke,
  isLog: boolean,
  [low, high]: readonly [number, number],
): readonly ChartOption[] {
  const band = points.filter(({value, std = 0}) => std > 0 && Number.isFinite(value) && (!isLog || value - std > 0));
  if (band.length < 2 || isSecond) return [];
  return [
    {
      type: 'custom',
      name: row.label,
      silent: true,
      clip: true,
      z: 1,
      tooltip: {show: false},
      dimensions: ['x', 'low', 'high'],
      encode: {x: 'x', y: ['low', 'high']},
      data: band.map(({x, value, std = 0}) => [x, Math.max(low, value - std), Math.min(high, value + std)]),
      emphasis: {disabled: true},
      renderItem: (
        {dataIndex}: {readonly dataIndex: number},
        api: {coord(point: readonly number[]): readonly number[]},
      ): object | undefined => {
        if (dataIndex > 0) return undefined;
        const upper = band.map(({x, value, std = 0}) => api.coord([x, value + std]));
        const lower = band.map(({x, value, std = 0}) => api.coord([x, value - std]));
        return {type: 'polygon', shape: {points: [...upper, ...lower.reverse()]}, style: {fill: color, opacity: 0.14}};
      },
    },
  ];
}

/** A point under the pointer, as ECharts gives it. */
interface Hovered {
  readonly seriesType: string;
  readonly seriesId: string;
  readonly dataIndex: number;
  readonly axisValue: number;
}

/** Built of elements, so that no text of a run is ever markup: a line for each row, its held-out set bold and the training set pale. */
function tooltip(found: readonly Hovered[], lines: readonly Line[], along: string): HTMLElement {
  const points = found
    .filter(({seriesType}) => seriesType === 'line')
    .flatMap(({seriesId, dataIndex}) => {
      const line = lines[Number(seriesId)];
      const point = line?.points[dataIndex];
      return line && point && Number.isFinite(point.value) ? [{line, point}] : [];
    });
  const rows = new Map<RowData, {slot: number; value: number; texts: HTMLElement[]}>();
  for (const {line, point} of points) {
    const spread = point.std === undefined ? '' : ` ± ${formatDeviation(point.std, formatMetric(point.value))}`;
    const text = h(
      line.isSecond ? 'span' : 'b',
      {class: line.isSecond ? 'muted' : ''},
      formatMetric(point.value) + spread,
    );
    const known = rows.get(line.row);
    if (known) known.texts.push(text);
    else rows.set(line.row, {slot: line.slot, value: point.value, texts: [text]});
  }
  const sorted = [...rows].sort(([, a], [, b]) => b.value - a.value);
  const where = found[0]?.axisValue ?? 0;
  return h(
    'div',
    {class: 'tip'},
    h('div', {class: 'tip-title'}, along === 'time' ? formatDuration(where) : `${along} ${axisText(where)}`),
    ...sorted
      .slice(0, numNamed)
      .map(([row, {slot, texts}]) =>
        h('div', {class: 'tip-line'}, swatch(slot), h('span', {class: 'tip-name'}, row.label), ...texts),
      ),
    sorted.length > numNamed && h('div', {class: 'muted'}, `and ${sorted.length - numNamed} more`),
  );
}
