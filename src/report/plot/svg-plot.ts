import {rangeOf, type Series, share} from './series.js';
import {ticksBetween} from './ticks.js';

export interface SvgOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Whether the y axis goes down (or up) to 0. */
  readonly fromZero?: boolean;
}

const [width, height] = [720, 420];
const [left, right, top, bottom] = [76, 20, 56, 52];
const [innerWidth, innerHeight] = [width - left - right, height - top - bottom];

/** Readable by people who do not tell red from green (Okabe & Ito 2008), on light and on dark paper. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

const style = `text{font:13px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}.grid{stroke:#8884}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}@media(prefers-color-scheme:dark){text{fill:#ddd}}`;

/** Curves as a picture of its own, 720 × 420: SVG 1.1 without scripts, fonts or links. */
export function svgPlot(series: readonly Series[], {title, xTitle, yTitle, fromZero = false}: SvgOptions): string {
  const [xRange, yRange] = [rangeOf(series, 'x', false), rangeOf(series, 'y', fromZero)];
  const [xTicks, yTicks] = [ticksBetween(...xRange, 8), ticksBetween(...yRange, 7)];
  const xOf = (x: number): string => number(left + share(x, xRange) * innerWidth);
  const yOf = (y: number): string => number(top + (1 - share(y, yRange)) * innerHeight);
  const text = (x: number | string, y: number | string, words: string, more = ''): string =>
    `<text x="${x}" y="${y}"${more}>${escaped(words)}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${style}</style>`,
    text(8, 22, title, ' class="title"'),
    ...xTicks.values.map((value, i) => {
      const x = xOf(value);
      return `<path class="grid" d="M${x} ${top}V${top + innerHeight}"/>${text(x, top + innerHeight + 18, xTicks.labels[i]!, ' text-anchor="middle"')}`;
    }),
    ...yTicks.values.map((value, i) => {
      const y = yOf(value);
      return `<path class="grid" d="M${left} ${y}H${left + innerWidth}"/>${text(left - 8, y, yTicks.labels[i]!, ' text-anchor="end" dominant-baseline="middle"')}`;
    }),
    text(left + innerWidth, height - 12, xTitle, ' text-anchor="end"'),
    text(8, top - 14, yTitle),
    ...series.map((one, i) => curve(one, colors[i % colors.length]!, xOf, yOf)),
    ...(series.length > 1 ? legend(series) : []),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** The line through the points, with gaps where a value is not finite. */
function curve({points}: Series, color: string, xOf: (x: number) => string, yOf: (y: number) => string): string {
  let isOpen = false;
  const path = points.map(({x, y}) => {
    const isDrawn = Number.isFinite(x) && Number.isFinite(y);
    const step = isDrawn ? `${isOpen ? 'L' : 'M'}${xOf(x)} ${yOf(y)}` : '';
    isOpen = isDrawn;
    return step;
  });
  return `<path class="curve" stroke="${color}" d="${path.join('')}"/>`;
}

/** Names at the top right, one below the other. */
const legend = (series: readonly Series[]): string[] =>
  series.map(({name}, i) => {
    const y = top + 16 + 18 * i;
    const end = left + innerWidth - 12;
    return `<path class="curve" stroke="${colors[i % colors.length]}" d="M${end - 22} ${y}h22"/><text x="${end - 28}" y="${y}" text-anchor="end" dominant-baseline="middle">${escaped(name)}</text>`;
  });

const number = (value: number): string => String(Math.round(10 * value) / 10);

const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter]!);
