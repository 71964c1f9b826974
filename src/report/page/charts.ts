import {CustomChart, LineChart, ParallelChart, ScatterChart} from 'echarts/charts';
import {DataZoomInsideComponent, GridComponent, ParallelComponent, TooltipComponent} from 'echarts/components';
import {type EChartsType, init, use} from 'echarts/core';
import {CanvasRenderer} from 'echarts/renderers';
import {h} from './dom.js';
import {chartColors} from './palette.js';

use([
  CanvasRenderer,
  CustomChart,
  DataZoomInsideComponent,
  GridComponent,
  LineChart,
  ParallelChart,
  ParallelComponent,
  ScatterChart,
  TooltipComponent,
]);

/** What ECharts is given; its own types would bring all charts along. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** A chart in an element that keeps its size. */
export class Chart {
  readonly element: HTMLElement;
  #chart: EChartsType | undefined;
  #option: ChartOption | undefined;

  /** @param name of the class that gives it its height */
  constructor(name: string) {
    this.element = h('div', {class: `chart ${name}`, role: 'img'});
    sizes.observe(this.element);
    charts.set(this.element, this);
  }

  /** Draws, now or as soon as the element has a size. @param label what it shows, in words */
  draw(option: ChartOption, label: string): void {
    this.element.setAttribute('aria-label', label);
    this.#option = option;
    if (this.element.clientWidth > 0) this.#apply();
  }

  on(event: string, listener: (event: {readonly seriesName?: string; readonly data?: unknown}) => void): void {
    this.#instance().on(event, listener as () => void);
  }

  highlight(seriesName: string | undefined): void {
    this.#chart?.dispatchAction(seriesName === undefined ? {type: 'downplay'} : {type: 'highlight', seriesName});
  }

  resize(): void {
    if (this.element.clientWidth === 0) return;
    if (this.#chart) this.#chart.resize();
    if (this.#option) this.#apply();
  }

  dispose(): void {
    sizes.unobserve(this.element);
    charts.delete(this.element);
    this.#chart?.dispose();
  }

  #apply(): void {
    if (!this.#option) return;
    this.#instance().setOption({animation: false, ...this.#option}, {notMerge: true});
    this.#option = undefined;
  }

  #instance(): EChartsType {
    this.#chart ??= init(this.element, undefined, {
      renderer: 'canvas',
      devicePixelRatio: Math.max(2, devicePixelRatio),
    });
    return this.#chart;
  }
}

const charts = new Map<Element, Chart>();
const sizes = new ResizeObserver((entries) => {
  for (const {target} of entries) charts.get(target)?.resize();
});

/** What axes of every chart look like. */
export function axisStyle(): ChartOption {
  const {muted, line} = chartColors();
  return {
    axisLine: {lineStyle: {color: line}},
    axisTick: {show: false},
    axisLabel: {color: muted, fontSize: 11, hideOverlap: true, formatter: (value: number | string) => axisText(value)},
    splitLine: {lineStyle: {color: line, opacity: 0.6}},
    nameTextStyle: {color: muted, fontSize: 11},
  };
}

/** Without a tooltip's own markup: it gets an element. */
export function tooltipStyle(): ChartOption {
  const {text, ground, line} = chartColors();
  return {
    confine: true,
    className: 'tip-box',
    backgroundColor: ground,
    borderColor: line,
    padding: 8,
    textStyle: {color: text, fontSize: 12},
    transitionDuration: 0,
  };
}

/** `0.001`, `1e-5`, `12,000`. */
export function axisText(value: number | string): string {
  if (typeof value !== 'number') return value.length > 14 ? `${value.slice(0, 13)}…` : value;
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return String(Number(value.toPrecision(3)).toExponential()).replace('e+', 'e');
  return Number(value.toPrecision(5)).toLocaleString('en-US', {maximumFractionDigits: 6});
}
