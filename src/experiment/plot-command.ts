import path from 'node:path';
import {requireRuns} from '../comparison/compare.js';
import {comparedRun} from '../comparison/compared-run.js';
import {type Axis, type Curves, curvesOf} from '../comparison/curves.js';
import {printable} from '../report/comparison-cells.js';
import {curvesCsv, curvesJson, curvesScreen, curvesSvg} from '../report/curve-formats.js';
import {plotOptions} from '../report/plot/options.js';
import {streamSink, type TextStream} from '../report/sink.js';
import {findRun, listRuns} from '../runs/find-runs.js';
import {readRun} from '../runs/run.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {groupKeys, listOf} from './lists.js';

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
export function plotRuns(request: PlotRequest, out: TextStream, errors: TextStream): void {
  const {references, runsDir, x, log} = request;
  const found = references.length > 0 ? references.map((name) => findRun(name, runsDir)) : listRuns(runsDir);
  requireRuns(found, runsDir);
  const kind = request.out === undefined ? undefined : kindOf(request.out);
  const curves = curvesOf([...new Map(found.map((run) => [path.resolve(run.path), comparedRun(run)])).values()], {
    metrics: listOf(request.metric),
    x,
    smooth: weightOf(request.smooth),
    groupBy: groupKeys(request.groupBy),
    timing: (run) => readRun(run.path).timing(),
  });
  const sink = streamSink(errors);
  const warn = (run: string, text: string): void =>
    sink.write(`${sink.style.yellow('warning:')} ${printable(run)}: ${text}\n`);
  for (const run of found) for (const warning of run.warnings) warn(run.id, printable(warning));
  for (const {run, what} of curves.lacking) warn(run.id, `lacks ${printable(what)} and is not drawn`);
  if (request.out !== undefined) save(request.out, kind === '.svg' ? curvesSvg(curves, {log}) : curvesCsv(curves));
  out.write(request.json ? `${JSON.stringify(curvesJson(curves))}\n` : screenOf(curves, request, out));
}

const screenOf = (curves: Curves, {log, ascii}: PlotRequest, out: TextStream): string =>
  curvesScreen(curves, {...plotOptions(out, ascii), log});

function weightOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const weight = text.trim() === '' ? Number.NaN : Number(text);
  if (weight >= 0 && weight < 1) return weight;
  const message = `--smooth ${JSON.stringify(text)}: the weight of what came before is at least 0 and less than 1`;
  throw new ExpError('USAGE', message, '0.6 smooths a little, 0.95 a lot');
}

function kindOf(out: string): '.svg' | '.csv' {
  const ending = path.extname(out).toLowerCase();
  if (ending === '.svg' || ending === '.csv') return ending;
  throw new ExpError('USAGE', `--out ${out}: curves are written as .svg or .csv`, 'name the file curves.svg');
}

function save(out: string, text: string): void {
  try {
    writeFileAtomically(path.resolve(out), text);
  } catch (error) {
    const message = `${out} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --out', {cause: error});
  }
}
