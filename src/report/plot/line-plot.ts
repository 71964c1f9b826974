import type {Style} from '../style.js';
import {pad, truncate, widthOf} from '../text.js';
import {braille, Canvas, marks, type Pen, strokes} from './canvas.js';
import {logarithms, logarithmsAcross, type Range, rangeOf, type Series, share} from './series.js';
import {logarithmicTicks, type Ticks, ticksBetween} from './ticks.js';

export interface PlotOptions {
  /** Columns that no line goes beyond; at least 20. */
  readonly width: number;
  /** Rows of the drawing itself; 12 by default. */
  readonly height?: number;
  readonly style: Style;
  /** Braille letters and lines for axes; ASCII otherwise. */
  readonly unicode: boolean;
  /** What lies along the axes. */
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Whether the y axis goes down (or up) to 0. */
  readonly fromZero?: boolean;
  /** Whether the y axis is logarithmic; values that are not positive leave gaps, and `fromZero` means nothing. */
  readonly log?: boolean;
  /** The same of the x axis. */
  readonly logX?: boolean;
}

type Color = 'cyan' | 'yellow' | 'green' | 'red' | 'magenta' | 'blue';
const colors: readonly Color[] = ['cyan', 'yellow', 'green', 'red', 'magenta', 'blue'];

/**
 * Curves over round numbers on both axes, with a legend when there are several. Several curves are told apart by colour, or by
 * letter where there is none.
 */
export function linePlot(given: readonly Series[], options: PlotOptions): string {
  const {width, height = 12, style, unicode, xTitle, yTitle, log = false, logX = false} = options;
  const across = logX ? logarithmsAcross(given) : given;
  const series = log ? logarithms(across) : across;
  const isColored = style.enabled && series.length <= colors.length;
  const pen = series.length > 1 && !isColored ? marks : unicode ? braille : strokes;
  const paint = (text: string, index: number): string => (isColored ? style[colors[index]!](text) : text);
  const [xRange, yRange] = [rangeOf(series, 'x', false), rangeOf(series, 'y', !log && (options.fromZero ?? false))];
  const yTicks = (log ? logarithmicTicks : ticksBetween)(...yRange, Math.max(2, Math.floor(height / 2)));
  const margin = Math.max(...yTicks.labels.map(widthOf), 1);
  const columns = Math.max(4, width - margin - 2);
  const canvas = new Canvas(pen, columns, height);
  for (const [index, {points}] of series.entries()) draw(canvas, points, index, xRange, yRange);

  const cut = (text: string, width: number): string => {
    const kept = truncate(text, width);
    return unicode || kept === text ? kept : `${kept.slice(0, -1)}~`;
  };

  const lines: string[] = [];
  if (yTitle) lines.push(style.dim(cut(yTitle, width)));
  if (series.length > 1)
    lines.push(
      ...legend(
        series.map(({name}) => cut(name, width - 3)),
        pen,
        {width, paint},
      ),
    );
  const labelAt = new Map(yTicks.values.map((value, i) => [rowOf(value, yRange, height), yTicks.labels[i]!]));
  for (let row = 0; row < height; row++) {
    const label = labelAt.get(row);
    const axis = unicode ? (label === undefined ? '│' : '┤') : label === undefined ? '|' : '+';
    const cells = canvas.row(row).map((cell) => (cell ? paint(cell.letter, cell.series) : ' '));
    lines.push(`${style.dim(`${pad(label ?? '', margin, 'right')} ${axis}`)}${cells.join('')}`);
  }
  lines.push(
    ...xAxis(xRange, {columns, margin, unicode, ticksOf: logX ? logarithmicTicks : ticksBetween}).map((line) =>
      style.dim(line),
    ),
  );
  if (xTitle) lines.push(style.dim(pad(cut(xTitle, width), Math.max(width, margin + 2 + columns), 'right')));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

const rowOf = (value: number, range: Range, height: number): number =>
  Math.min(height - 1, Math.floor((1 - share(value, range)) * height));

function draw(canvas: Canvas, points: Series['points'], index: number, xRange: Range, yRange: Range): void {
  let before: readonly [number, number] | undefined;
  for (const {x, y} of points) {
    if (!Number.isFinite(y) || !Number.isFinite(x)) {
      before = undefined;
      continue;
    }
    const place = [share(x, xRange), 1 - share(y, yRange)] as const;
    canvas.line(before ?? place, place, index);
    before = place;
  }
}

/** Names beside what their curves are drawn with, as many on a line as fit. */
function legend(
  names: readonly string[],
  pen: Pen,
  {width, paint}: {readonly width: number; readonly paint: (text: string, index: number) => string},
): string[] {
  const lines: {text: string; width: number}[] = [];
  const sample = (index: number): string => (pen === marks ? pen.letter(1, index) : pen === braille ? '⠒⠒' : '--');
  for (const [index, name] of names.entries()) {
    const text = `${paint(sample(index), index)} ${name}`;
    const last = lines.at(-1);
    if (last && last.width + 3 + widthOf(text) <= width) {
      last.text += `   ${text}`;
      last.width += 3 + widthOf(text);
    } else lines.push({text, width: widthOf(text)});
  }
  return lines.map(({text}) => text);
}

/** The axis with its ticks, and their labels below. */
function xAxis(
  range: Range,
  place: {
    readonly columns: number;
    readonly margin: number;
    readonly unicode: boolean;
    readonly ticksOf: typeof ticksBetween;
  },
): string[] {
  const {columns, margin, unicode, ticksOf} = place;
  const [corner, dash, tick] = unicode ? ['└', '─', '┬'] : ['+', '-', '+'];
  const ticks = fittingTicks(range, columns, ticksOf);
  const axis = Array<string>(columns).fill(dash!);
  const start = margin + 2;
  let labels = '';
  for (const [i, value] of ticks.values.entries()) {
    const column = Math.round(share(value, range) * (columns - 1));
    const label = ticks.labels[i]!;
    const centred = start + column - Math.floor((label.length - 1) / 2);
    const left = Math.max(0, Math.min(centred, start + columns - label.length));
    if (labels !== '' && left < labels.length + 1) continue;
    axis[column] = tick!;
    labels = labels.padEnd(left) + label;
  }
  return [`${' '.repeat(margin + 1)}${corner}${axis.join('')}`, labels];
}

/** As many ticks as have room for their labels. */
function fittingTicks(range: Range, columns: number, ticksOf: typeof ticksBetween): Ticks {
  for (let most = Math.max(2, Math.floor(columns / 6)); ; most--) {
    const ticks = ticksOf(...range, most);
    const widest = Math.max(...ticks.labels.map((label) => label.length));
    if (most <= 2 || ticks.labels.length * (widest + 2) <= columns + 2) return ticks;
  }
}
