import path from 'node:path';
import {requireRuns} from '../comparison/compare.js';
import {comparedRuns} from '../comparison/compared-run.js';
import {type Axis, type Curves, curvesOf} from '../comparison/curves.js';
import {printable} from '../report/comparison-cells.js';
import {curvesCsv, curvesJson, curvesScreen, curvesSvg, type Scales} from '../report/curve-formats.js';
import {plotOptions} from '../report/plot/options.js';
import {streamSink, type TextStream} from '../report/sink.js';
import {readRun} from '../runs/run.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {groupKeys, listOf} from './lists.js';
import {findRuns} from './run-references.js';

/** What `exp plot` was asked for. */
export interface PlotRequest {
  /** Runs as people name them; all of `runsDir` when empty. */
  readonly references: readonly string[];
  readonly runsDir: string;
  /** Separated by commas. */
  readonly metric?: string | undefined;
  readonly x: Axis;
  /** A number as written. */
  readonly smooth?: string | undefined;
  readonly log: boolean;
  /** Whether the x axis is logarithmic. */
  readonly logX: boolean;
  /** Separated by commas; `none`. */
  readonly groupBy?: string | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
  readonly ascii: boolean;
}

/**
 * Draws learning curves of runs, and names on `errors` those that lack what is drawn.
 * @throws ExpError for runs that are not there, metrics that none has, or a file that cannot be written
 */
export async function plotRuns(request: PlotRequest, out: TextStream, errors: TextStream): Promise<void> {
  const {references, runsDir, x} = request;
  const found = findRuns(references, runsDir);
  requireRuns(found, runsDir);
  const kind = request.out === undefined ? undefined : kindOf(request.out);
  const curves = curvesOf(comparedRuns(found), {
    metrics: listOf(request.metric),
    x,
    smooth: weightOf(request.smooth),
    groupBy: groupKeys(request.groupBy),
    timing: (run) => readRun(run.path).timing(),
  });
  const sink = streamSink(errors);
  const warn = (run: string, text: string): void =>
    sink.write(`${sink.style.yellow('warning:')} ${printable(run)}: ${text}\n`);
  for (const run of found) for (const warning of run.warnings) warn(run.key, printable(warning));
  for (const {run, what} of curves.lacking) warn(run.id, `lacks ${printable(what)} and is not drawn`);
  if (request.out !== undefined && kind !== undefined) save(request.out, await contentOf(curves, kind, request));
  out.write(request.json ? `${JSON.stringify(curvesJson(curves))}\n` : screenOf(curves, request, out));
}

const screenOf = (curves: Curves, {log, logX, ascii}: PlotRequest, out: TextStream): string =>
  curvesScreen(curves, {...plotOptions(out, ascii), log, logX});

const kinds = ['.png', '.svg', '.csv'] as const;
type Kind = (typeof kinds)[number];

async function contentOf(curves: Curves, kind: Kind, scales: Scales): Promise<string | Uint8Array> {
  if (kind === '.csv') return curvesCsv(curves);
  const svg = curvesSvg(curves, scales);
  if (kind === '.svg') return svg;
  const {pngPicture} = await import('../report/plot/png-picture.js');
  return pngPicture(svg, {width: pngWidth});
}

/** Pixels; twice the units of the drawing, for screens of today. */
const pngWidth = 1440;

function weightOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const weight = text.trim() === '' ? Number.NaN : Number(text);
  if (weight >= 0 && weight < 1) return weight;
  const message = `--smooth ${JSON.stringify(text)}: the weight of what came before is at least 0 and less than 1`;
  throw new ExpError('USAGE', message, '0.6 smooths a little, 0.95 a lot');
}

function kindOf(out: string): Kind {
  const ending = path.extname(out).toLowerCase();
  const kind = kinds.find((known) => known === ending);
  if (kind) return kind;
  throw new ExpError('USAGE', `--out ${out}: curves are written as .png, .svg or .csv`, 'name the file curves.png');
}

function save(out: string, content: string | Uint8Array): void {
  try {
    writeFileAtomically(path.resolve(out), content);
  } catch (error) {
    const message = `${out} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --out', {cause: error});
  }
}
