import {formatMetric} from '../format.js';
import {axisStyle, Chart, type ChartOption, tooltipStyle} from './charts.js';
import type {PlainValue, RunData, SettingData} from './data.js';
import {choice, fill, h, isBeingUsed, section} from './dom.js';
import {chartColors, rampColor} from './palette.js';
import type {State} from './state.js';
import {currentTheme} from './theme.js';

/** Settings that parallel coordinates show, the most telling ones. */
const numAxes = 7;

/** Numbers of a setting that an axis has a place each for. */
const mostNames = 6;

/** What settings do to a metric: importance, parallel coordinates, and one setting against the metric. */
export function settingsOverview(state: State): HTMLElement {
  const {element, body} = section('settings', 'Settings');
  const parallel = new Chart('parallel-chart');
  const scatter = new Chart('scatter-chart');
  const bars = h('div', {class: 'importance'});
  const scale = h('div', {class: 'scale'});
  const picks = h('div', {class: 'controls'});
  const tooFew = h(
    'p',
    {class: 'muted'},
    'No two runs have different values of this metric: there is nothing to draw.',
  );
  const charts = h(
    'div',
    {class: 'sweep'},
    h(
      'figure',
      {class: 'panel'},
      h('figcaption', {}, h('h3', {}, 'One setting'), h('span', {class: 'muted'}, 'a point a run')),
      scatter.element,
    ),
    h('figure', {class: 'panel wide'}, h('figcaption', {}, h('h3', {}, 'All settings'), scale), parallel.element),
  );
  let metricName: string | undefined;
  let settingPath: string | undefined;
  let drawn = '';

  const metricColumns = (): readonly number[] => {
    const {columns} = state.data.overview;
    return [...columns.keys()].filter((index) => columns[index]!.kind !== 'setting');
  };
  const drawPicks = (column: number, setting: number): void => {
    const {settings, columns} = state.data.overview;
    fill(
      picks,
      choice(
        'Metric',
        metricColumns().map((index) => [String(index), columns[index]!.title] as const),
        String(column),
        (text) => {
          metricName = columns[Number(text)]?.name;
          draw();
        },
      ),
      choice(
        'Setting',
        settings.map(({title}, index) => [String(index), title] as const),
        String(setting),
        (text) => {
          settingPath = settings[Number(text)]?.path;
          draw();
        },
      ),
    );
  };
  const draw = (): void => {
    const {settings, columns, sortedBy} = state.data.overview;
    const runs = state.data.overview.rows.flatMap((row) => state.runsOf(row));
    element.hidden = settings.length === 0 || runs.length < 2 || metricColumns().length === 0;
    if (element.hidden) return;
    const known = columns.findIndex(({name}) => name === metricName);
    const column = known >= 0 ? known : (sortedBy ?? metricColumns()[0]!);
    const setting = Math.max(
      0,
      settings.findIndex(({path}) => path === settingPath),
    );
    const inputs = JSON.stringify([
      currentTheme(),
      column,
      setting,
      columns,
      settings,
      runs.map(({id, values}) => [id, values[column]]),
    ]);
    if (inputs === drawn) return;
    drawn = inputs;
    if (!isBeingUsed(picks)) drawPicks(column, setting);
    fill(bars, ...importanceBars(state));
    const points = runs.flatMap((run): Point[] => {
      const value = run.values[column];
      return typeof value === 'number' ? [{run, value}] : [];
    });
    const numValues = new Set(points.map(({value}) => value)).size;
    charts.hidden = numValues < 2;
    tooFew.hidden = !charts.hidden;
    if (charts.hidden) return;
    const values = points.map(({value}) => value);
    const range: Range = [Math.min(...values), Math.max(...values)];
    const {title} = columns[column]!;
    fillScale(scale, title, range, points.length);
    parallel.draw(
      parallelOption(points, settings.slice(0, numAxes), title, range),
      `Parallel coordinates of ${points.length} runs, coloured by ${title}`,
    );
    scatter.draw(
      scatterOption(points, settings[setting]!, setting, title, range),
      `${title} by ${settings[setting]!.title}: ${points.length} runs`,
    );
    parallel.element.dataset.runs = scatter.element.dataset.runs = String(points.length);
  };
  fill(body, h('h3', {}, 'Which setting matters'), bars, picks, tooFew, charts);
  state.on(['data', 'theme'], draw);
  draw();
  return element;
}

type Range = readonly [low: number, high: number];

interface Point {
  readonly run: RunData;
  readonly value: number;
}

function importanceBars(state: State): readonly HTMLElement[] {
  const {settings, importanceOf} = state.data.overview;
  const known = settings.filter(({share}) => share !== undefined);
  if (!importanceOf || known.length === 0)
    return [h('p', {class: 'muted'}, 'Too few runs to say: it takes several runs for each value of a setting.')];
  const rows = known.map(({title, path, share = 0, p = 1, correlation}) => {
    const bar = h('span', {class: p < 0.05 ? 'bar' : 'bar weak'});
    bar.style.width = `${Math.max(0.5, 100 * share)}%`;
    const direction =
      correlation === undefined || Math.abs(correlation) < 0.2
        ? ''
        : correlation > 0
          ? `larger goes with larger, ρ = ${correlation.toFixed(2)}`
          : `larger goes with smaller, ρ = ${correlation.toFixed(2)}`;
    return h(
      'tr',
      {},
      h('th', {scope: 'row', title: path}, title),
      h('td', {class: 'number'}, `${Math.round(100 * share)} %`),
      h('td', {class: 'bar-cell'}, bar),
      h('td', {class: 'muted'}, p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`),
      h('td', {class: 'muted'}, direction),
    );
  });
  const {metric, numRuns, numDiverged} = importanceOf;
  const diverged = numDiverged > 0 ? `; ${numDiverged} that diverged count as the worst` : '';
  return [
    h('div', {class: 'scroller plain'}, h('table', {class: 'bars'}, h('tbody', {}, ...rows))),
    h(
      'p',
      {class: 'method'},
      `Share of the variance in the ranks of ${metric} that a setting explains by itself, over ${numRuns} runs${diverged}: η² = (H − k + 1) / (n − k) of the Kruskal–Wallis test over its k values (a number of more than six values is cut into five parts of equally many runs), with the test’s p; ρ is Spearman’s correlation. Pale: p ≥ 0.05. What a setting does only together with another is not seen, and settings that were changed together cannot be told apart.`,
    ),
  ];
}

function fillScale(element: HTMLElement, title: string, [low, high]: Range, numRuns: number): void {
  if (numRuns === 0) {
    fill(element);
    return;
  }
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => rampColor(share, currentTheme()));
  const band = h('span', {class: 'ramp'});
  band.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  fill(
    element,
    h('span', {class: 'muted'}, `${title} ${formatMetric(low)}`),
    band,
    h('span', {class: 'muted'}, formatMetric(high)),
  );
}

const shareOf = (value: number, [low, high]: Range): number => (high > low ? (value - low) / (high - low) : 0.5);

/** An axis for a setting: the values one by one where they are few, else numbers (logarithmic over several decades). */
function axisFor(
  values: readonly PlainValue[],
): ChartOption & {readonly toAxis: (value: PlainValue) => number | string | null} {
  const present = values.filter((value) => value !== null);
  const numbers = present.filter((value): value is number => typeof value === 'number');
  const names = [...new Set(values.map(nameOf))];
  if (numbers.length === values.length && names.length > mostNames) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const isLog = low > 0 && high / low >= 50;
    return {type: isLog ? 'log' : 'value', scale: true, toAxis: (value) => (typeof value === 'number' ? value : null)};
  }
  const data = names.sort((a, b) => Number(a) - Number(b) || a.localeCompare(b, 'en', {numeric: true}));
  return {type: 'category', data, toAxis: nameOf};
}

const nameOf = (value: PlainValue): string => (value === null ? 'none' : String(value));

function parallelOption(
  points: readonly Point[],
  settings: readonly SettingData[],
  title: string,
  range: Range,
): ChartOption {
  const style = axisStyle();
  const theme = currentTheme();
  const {text, muted, ground} = chartColors();
  const axes = settings.map((setting, index) => ({
    ...setting,
    ...axisFor(points.map(({run}) => run.settings[index] ?? null)),
  }));
  const common = {
    ...style,
    splitLine: {show: false},
    axisLabel: {...(style.axisLabel as object), color: text, textBorderColor: ground, textBorderWidth: 3},
    nameTextStyle: {color: text, fontSize: 11},
    nameTruncate: {maxWidth: 110},
  };
  return {
    parallel: {left: 44, right: 52, top: 30, bottom: 14},
    tooltip: {
      ...tooltipStyle(),
      trigger: 'item',
      formatter: (found: unknown) => tipOf(points[(found as {dataIndex: number}).dataIndex], settings, title),
    },
    parallelAxis: [
      ...axes.map(({title: name, toAxis: _to, share: _s, p: _p, correlation: _c, path: _path, ...axis}, dim) => ({
        ...common,
        ...axis,
        dim,
        name,
      })),
      {
        ...common,
        dim: axes.length,
        name: title,
        type: 'value',
        scale: true,
        nameTextStyle: {color: text, fontSize: 11, fontWeight: 'bold'},
      },
    ],
    series: [
      {
        type: 'parallel',
        smooth: 0.1,
        lineStyle: {width: points.length > 100 ? 1 : 1.5, opacity: points.length > 100 ? 0.35 : 0.65, color: muted},
        emphasis: {lineStyle: {width: 3, opacity: 1}},
        data: points.map(({run, value}) => ({
          value: [...axes.map(({toAxis}, index) => toAxis(run.settings[index] ?? null) ?? '-'), value],
          lineStyle: {color: rampColor(shareOf(value, range), theme)},
        })),
      },
    ],
  };
}

function scatterOption(
  points: readonly Point[],
  setting: SettingData,
  index: number,
  title: string,
  range: Range,
): ChartOption {
  const theme = currentTheme();
  const {toAxis, ...axis} = axisFor(points.map(({run}) => run.settings[index] ?? null));
  const {line} = chartColors();
  return {
    grid: {left: 4, right: 16, top: 22, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel'},
    xAxis: {...axisStyle(), ...axis, name: setting.title, nameLocation: 'middle', nameGap: 22},
    yAxis: {
      ...axisStyle(),
      type: 'value',
      scale: true,
      name: title,
      nameTextStyle: {align: 'left', color: chartColors().muted, fontSize: 11},
    },
    tooltip: {
      ...tooltipStyle(),
      trigger: 'item',
      formatter: (found: unknown) => tipOf(points[(found as {dataIndex: number}).dataIndex], [setting], title, index),
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        data: points.map(({run, value}) => ({
          value: [toAxis(run.settings[index] ?? null) ?? '-', value],
          itemStyle: {
            color: rampColor(shareOf(value, range), theme),
            opacity: 0.8,
            borderColor: line,
            borderWidth: 0.5,
          },
        })),
      },
    ],
  };
}

function tipOf(point: Point | undefined, settings: readonly SettingData[], title: string, first = 0): HTMLElement {
  if (!point) return h('div');
  const line = (name: string, text: string): HTMLElement =>
    h('div', {class: 'tip-line'}, h('span', {class: 'tip-name'}, name), h('b', {}, text));
  return h(
    'div',
    {class: 'tip'},
    h('div', {class: 'tip-title'}, point.run.id),
    line(title, formatMetric(point.value)),
    ...settings.map(({title: name}, index) => line(name, nameOf(point.run.settings[first + index] ?? null))),
  );
}
