import {truncate} from '../text.js';
import {logarithm, logarithms, logarithmsAcross, type Range, rangeOf, type Series, share} from './series.js';
import {logarithmicTicks, ticksBetween} from './ticks.js';

/** A curve of a picture. */
export interface SvgSeries extends Series {
  /** Between which a light band is drawn; a gap where an end is not finite. */
  readonly band?: readonly {readonly x: number; readonly low: number; readonly high: number}[];
  /** Which colour; its place among the curves by default. */
  readonly color?: number;
  readonly isDashed?: boolean;
}

export interface SvgPanelOptions {
  readonly xTitle: string;
  readonly yTitle: string;
  /** Whether the y axis goes down (or up) to 0. */
  readonly fromZero?: boolean;
  /** Whether the y axis is logarithmic. */
  readonly log?: boolean;
  /** The same of the x axis. */
  readonly logX?: boolean;
}

/** One of several drawings in a picture. */
export interface SvgPanel extends SvgPanelOptions {
  readonly series: readonly SvgSeries[];
}

const [width, height] = [720, 420];
const [left, right, top, bottom] = [76, 20, 56, 52];
const [innerWidth, innerHeight] = [width - left - right, height - top - bottom];
const legendRow = 18;

/** Readable by people who do not tell red from green (Okabe & Ito 2008), on light and on dark paper. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const colorOf = (index: number): string => colors[index] ?? `hsl(${Math.round((index * 137.508) % 360)},60%,45%)`;

const style = `text{font:13px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}.grid{stroke:#8884}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}.band{stroke:none;fill-opacity:.18}@media(prefers-color-scheme:dark){text{fill:#ddd}}`;

/** Curves as a picture of its own, 720 × 420 and as much as its legend takes: SVG 1.1 without scripts, fonts or links. */
export const svgPlot = (series: readonly SvgSeries[], {title, ...rest}: SvgPanelOptions & {title: string}): string =>
  svgPicture([{series, ...rest}], title);

/** Drawings one below the other. */
export function svgPicture(panels: readonly SvgPanel[], title: string): string {
  let y = 0;
  const drawn = panels.map((panel) => {
    const group = `<g transform="translate(0 ${y})">\n${drawPanel(panel).join('\n')}\n</g>`;
    y += height + legendRow * legendLength(panel);
    return group;
  });
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.max(y, height)}" role="img">`,
    `<title>${escaped(title)}</title><style>${style}</style>`,
    text(8, 22, truncate(title, 90), ' class="title"'),
    ...drawn,
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

const legendLength = ({series}: SvgPanel): number => (series.length > 1 ? series.length : 0);

function drawPanel({
  series: given,
  xTitle,
  yTitle,
  fromZero = false,
  log = false,
  logX = false,
}: SvgPanel): readonly string[] {
  const across = logX ? logarithmicAcross(given) : given;
  const series = log ? logarithmic(across) : across;
  // Of a logarithmic band the upper edge only: the lower one may come as close to 0 as it likes.
  const edges = series.map(({name, band = []}) => ({
    name,
    points: band.flatMap(({x, low, high}) => (log ? [high] : [low, high]).map((y) => ({x, y}))),
  }));
  const [xRange, yRange] = [rangeOf(series, 'x', false), rangeOf([...series, ...edges], 'y', !log && fromZero)];
  const [xTicks, yTicks] = [
    (logX ? logarithmicTicks : ticksBetween)(...xRange, 8),
    (log ? logarithmicTicks : ticksBetween)(...yRange, 7),
  ];
  const scale: Scale = {
    x: (x) => number(left + share(x, xRange) * innerWidth),
    y: (y) => number(top + (1 - share(y, yRange)) * innerHeight),
    yRange,
  };
  return [
    ...xTicks.values.map((value, i) => {
      const x = scale.x(value);
      return `<path class="grid" d="M${x} ${top}V${top + innerHeight}"/>${text(x, top + innerHeight + 18, xTicks.labels[i]!, ' text-anchor="middle"')}`;
    }),
    ...yTicks.values.map((value, i) => {
      const y = scale.y(value);
      return `<path class="grid" d="M${left} ${y}H${left + innerWidth}"/>${text(left - 8, y, yTicks.labels[i]!, ' text-anchor="end" dominant-baseline="middle"')}`;
    }),
    text(left + innerWidth, height - 12, xTitle, ' text-anchor="end"'),
    text(8, top - 14, yTitle),
    ...series.flatMap((one, i) => (one.band ? [bandPath(one, colorOf(one.color ?? i), scale)] : [])),
    ...series.map((one, i) => curve(one, colorOf(one.color ?? i), scale)),
    ...(series.length > 1 ? legend(series) : []),
  ];
}

interface Scale {
  readonly x: (x: number) => string;
  readonly y: (y: number) => string;
  readonly yRange: Range;
}

function logarithmicAcross(series: readonly SvgSeries[]): readonly SvgSeries[] {
  return logarithmsAcross(series).map((one, index) => {
    const {band} = series[index]!;
    return band ? {...one, band: band.map(({x, ...ends}) => ({x: logarithm(x), ...ends}))} : one;
  });
}

/** The low end of a band may have no logarithm where its middle has one. */
function logarithmic(series: readonly SvgSeries[]): readonly SvgSeries[] {
  return logarithms(series).map((one, index) => {
    const {band} = series[index]!;
    if (!band) return one;
    const bend = band.map(({x, low, high}) => ({x, low: logarithm(low), high: logarithm(high)}));
    return {...one, band: bend};
  });
}

const dashes = ' stroke-dasharray="6 4"';

/** The line through the points, with gaps where a value is not finite; a value between two gaps is a dot. */
function curve({points, isDashed = false}: SvgSeries, color: string, scale: Scale): string {
  const isDrawn = (index: number): boolean => {
    const {x, y} = points[index] ?? {x: Number.NaN, y: Number.NaN};
    return Number.isFinite(x) && Number.isFinite(y);
  };
  const path = points.map(({x, y}, index) => {
    if (!isDrawn(index)) return '';
    const place = `${isDrawn(index - 1) ? 'L' : 'M'}${scale.x(x)} ${scale.y(y)}`;
    return isDrawn(index - 1) || isDrawn(index + 1) ? place : `${place}h.01`;
  });
  return `<path class="curve" stroke="${color}"${isDashed ? dashes : ''} stroke-linecap="round" d="${path.join('')}"/>`;
}

/** One polygon for each stretch without gaps; a low end without a value lies on the ground. */
function bandPath({band = []}: SvgSeries, color: string, {x: xOf, y: yOf, yRange}: Scale): string {
  const stretches: (typeof band)[number][][] = [[]];
  for (const point of band) {
    if (Number.isFinite(point.x) && Number.isFinite(point.high)) stretches.at(-1)!.push(point);
    else stretches.push([]);
  }
  const polygons = stretches
    .filter((stretch) => stretch.length > 1)
    .map((stretch) => {
      const above = stretch.map(({x, high}) => `${xOf(x)} ${yOf(high)}`);
      const below = stretch.map(({x, low}) => `${xOf(x)} ${yOf(low > yRange[0] ? low : yRange[0])}`).reverse();
      return `M${[...above, ...below].join('L')}Z`;
    });
  return `<path class="band" fill="${color}" d="${polygons.join('')}"/>`;
}

/** Names below the drawing, one below the other. */
const legend = (series: readonly SvgSeries[]): string[] =>
  series.map(({name, color, isDashed = false}, i) => {
    const y = height + legendRow * i;
    const line = `<path class="curve" stroke="${colorOf(color ?? i)}"${isDashed ? dashes : ''} d="M${left} ${y}h22"/>`;
    return `${line}${text(left + 30, y, truncate(name, 80), ' dominant-baseline="middle"')}`;
  });

const text = (x: number | string, y: number | string, words: string, more = ''): string =>
  `<text x="${x}" y="${y}"${more}>${escaped(words)}</text>`;

const number = (value: number): string => String(Math.round(10 * value) / 10);

const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter]!);
