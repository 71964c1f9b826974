import {stringify} from 'csv-stringify/sync';
import {type Curve, type CurvePoint, type Curves, panelsOf} from '../comparison/curves.js';
import {printable} from './comparison-cells.js';
import {curveNames, curveNotes, groupLabels} from './curve-labels.js';
import {plural} from './format.js';
import {numMarks} from './plot/canvas.js';
import {linePlot, type PlotOptions} from './plot/line-plot.js';
import {type SvgSeries, svgPicture} from './plot/svg-plot.js';

const xTitles = {epoch: 'epoch', step: 'update', time: 'seconds of training and validation'} as const;

/** The column where all curves are of one, else the metric. */
const titleOf = (metric: string, curves: readonly Curve[]): string =>
  printable(curves.every(({column}) => column === curves[0]!.column) ? curves[0]!.column : metric);

const pointsOf = ({points}: Curve): SvgSeries['points'] => points.map(({x, value}) => ({x, y: value}));

/** Which axes are logarithmic. */
export interface Scales {
  readonly log: boolean;
  readonly logX?: boolean;
}

/** A drawing for each metric and its counterpart of the validation set, for a terminal. */
export function curvesScreen(
  drawn: Curves,
  options: Pick<PlotOptions, 'width' | 'style' | 'unicode'> & Scales,
): string {
  const {style, unicode} = options;
  const labels = groupLabels(drawn.groups, drawn.groupedBy);
  const plots = panelsOf(drawn).map(({metric, curves}) => {
    const shown = curves.slice(0, numMarks);
    const names = curveNames(shown, labels);
    const series = shown.map((curve, index) => ({name: names[index]!, points: pointsOf(curve)}));
    const left = curves.length - shown.length;
    const note =
      left > 0 ? style.dim(`${plural(left, 'more curve')} not drawn here; --out FILE.svg has them all\n`) : '';
    const yTitle = titleOf(metric, curves);
    return `${linePlot(series, {...options, yTitle, xTitle: xTitles[drawn.x]})}${note}`;
  });
  const notes = curveNotes(drawn, options).map((note) => `${style.dim(wrapped(note, options.width))}\n`);
  const ascii = (text: string): string => (unicode ? text : text.replaceAll('×', 'x').replaceAll('…', '...'));
  const title = drawn.groups.length === 1 ? `${style.bold(wrapped(labels[0]!, options.width))}\n` : '';
  return ascii(`${title}${plots.join('\n')}${notes.length > 0 ? `\n${notes.join('')}` : ''}`);
}

/** In lines of at most `width` letters; words that are longer are cut into pieces. */
function wrapped(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    for (let rest = word, isFirst = true; rest !== '' || isFirst; isFirst = false) {
      const line = lines.at(-1)!;
      const space = line === '' || !isFirst ? '' : ' ';
      if (line !== '' && line.length + space.length + Math.min(rest.length, width) > width) lines.push('');
      const piece = rest.slice(0, width);
      lines[lines.length - 1] += `${lines.at(-1) === '' ? '' : space}${piece}`;
      rest = rest.slice(width);
    }
  }
  return lines.join('\n');
}

/** The same drawings as a picture: a group in its colour, the training set dashed beside the validation set, ± one standard deviation as a band. */
export function curvesSvg(drawn: Curves, {log, logX = false}: Scales): string {
  const labels = groupLabels(drawn.groups, drawn.groupedBy);
  const panels = panelsOf(drawn).map(({metric, curves}) => {
    const names = curveNames(curves, labels);
    const hasBoth = new Set(curves.map(({column}) => column)).size > 1;
    const series = curves.map(
      (curve, index): SvgSeries => ({
        name: names[index]!,
        points: pointsOf(curve),
        color: curve.group,
        isDashed: hasBoth && curve.column === metric,
        ...(curve.runs.length > 1 ? {band: curve.points.map(bandOf)} : {}),
      }),
    );
    const yTitle = titleOf(metric, curves);
    return {series, yTitle, xTitle: xTitles[drawn.x], log, logX};
  });
  const all = [...new Set(drawn.groups.flatMap(({runs}) => runs.map(({name}) => printable(name))))];
  const names = labels.length === 1 ? labels[0]! : `${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''}`;
  const smooth = drawn.smooth > 0 ? `, smoothed by ${drawn.smooth}` : '';
  const spread = drawn.groups.some(({runs}) => runs.length > 1) ? ', mean ± std' : '';
  return svgPicture(panels, `${names}${spread}${smooth}`);
}

const bandOf = ({x, value, std = 0}: CurvePoint) => ({x, low: value - std, high: value + std});

/** A row for each point, numbers in full precision; formulas are defused for spreadsheets. */
export function curvesCsv({groups, groupedBy, curves, x}: Curves): string {
  const labels = groupLabels(groups, groupedBy);
  const place = {epoch: [], step: ['step'], time: ['seconds']}[x];
  const rows = curves.flatMap(({column, group, points}) =>
    points.map((point) => [
      labels[group]!,
      printable(column),
      point.epoch,
      ...place.map(() => point.x),
      point.value,
      point.std ?? '',
      point.numRuns,
    ]),
  );
  return stringify([['runs', 'metric', 'epoch', ...place, 'value', 'std', 'n'], ...rows], {escape_formulas: true});
}

/** For programs; a value that is not finite is null. */
export function curvesJson({groups, groupedBy, curves, x, smooth, lacking}: Curves): object {
  const labels = groupLabels(groups, groupedBy);
  return {
    x,
    smooth,
    groupedBy,
    curves: curves.map(({column, group, runs, points}) => ({
      label: labels[group],
      metric: column,
      runs: runs.map(({id, path, state, seed}) => ({run: id, path, state, seed})),
      points,
    })),
    lacking: lacking.map(({run, what}) => ({run: run.id, path: run.path, what})),
  };
}
