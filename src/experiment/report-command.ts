import {statSync} from 'node:fs';
import path from 'node:path';
import type {Baseline} from '../comparison/baseline.js';
import {type CompareRequest, requireRuns} from '../comparison/compare.js';
import {comparedRuns} from '../comparison/compared-run.js';
import {formatBytes, plural} from '../report/format.js';
import {pageAssets} from '../report/html/assets.js';
import {pageDocument} from '../report/html/document.js';
import {reportData} from '../report/html/report-page.js';
import {sweepData} from '../report/html/sweep-data.js';
import {pack} from '../report/page/pack.js';
import {printable} from '../report/printable.js';
import {streamSink, type TextStream} from '../report/sink.js';
import {type Run, readRun} from '../runs/run.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';
import {openBaseline} from './baselines.js';
import {goalsOf, groupKeys, listOf} from './lists.js';
import {findRuns} from './run-references.js';
import {sweepDefaults, sweepsOf, sweepTitle} from './sweep-defaults.js';

/** What `exp report` was asked for. */
export interface ReportRequest {
  /** Runs as people name them; all of `runsDir` when empty. */
  readonly references: readonly string[];
  readonly runsDir: string;
  readonly out: string;
  readonly title?: string | undefined;
  /** Separated by commas. */
  readonly columns?: string | undefined;
  readonly where?: string | undefined;
  readonly sort?: string | undefined;
  readonly top?: number | undefined;
  /** Separated by commas; `none`. */
  readonly groupBy?: string | undefined;
  /** Columns of which more is better, and less; separated by commas. */
  readonly maximize?: string | undefined;
  readonly minimize?: string | undefined;
  /** Runs, or the name or file of a baseline. */
  readonly baseline?: readonly string[] | undefined;
}

/** The page of a report, and what it holds. */
export function reportPage(
  runs: readonly Run[],
  options: CompareRequest,
  {title: givenTitle, baseline}: {readonly title?: string | undefined; readonly baseline?: Baseline | undefined} = {},
): {readonly html: string; readonly data: ReturnType<typeof reportData>} {
  const compared = comparedRuns(runs);
  const opened = runs.map((run, index) => ({run, compared: compared[index]!}));
  const sweeps = sweepsOf(runs);
  const ofSweep = sweeps.length === 1 ? sweepTitle(sweeps[0]!) : undefined;
  const title = printable(givenTitle ?? ofSweep ?? titleOf(runs.map(({name}) => name)));
  const usual = sweepDefaults(sweeps, compared, options.goals);
  const plain = reportData(opened, {...options, ...usual, sort: options.sort ?? usual.sort}, title, baseline);
  const isAlone = sweeps.length === 1;
  const data = sweeps.length > 0 ? {...plain, sweeps: sweeps.map((sweep) => sweepData(sweep, isAlone))} : plain;
  return {html: pageDocument({data: pack(data), title}, pageAssets(), false).html, data};
}

/**
 * Writes a report of runs as one HTML file, and says so on `out`; what is wrong with run folders on `errors`.
 * @throws ExpError for runs that are not there, terms that make no sense, or a file that cannot be written
 */
export function writeReport(request: ReportRequest, out: TextStream, errors: TextStream): void {
  const {references, runsDir, where, sort, top} = request;
  const file = path.resolve(request.out);
  refuseFolder(request.out, file);
  const asked = findRuns(references, runsDir);
  requireRuns(asked, runsDir);
  const [columns, groupBy] = [listOf(request.columns), groupKeys(request.groupBy)];
  const baseline = request.baseline?.length ? openBaseline(request.baseline, {runsDir, groupBy}) : undefined;
  const found = withRunsOf(baseline, asked);
  const known = baseline?.rows.flatMap((row) => row.runs) ?? [];
  const options = {where, sort, top, columns, groupBy, goals: goalsOf(request), known};
  const {html, data} = reportPage(found, options, {title: request.title, baseline});
  try {
    writeFileAtomically(file, html);
  } catch (error) {
    const message = `${request.out} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --out', {cause: error});
  }
  const [sink, warnings] = [streamSink(out), streamSink(errors)];
  for (const {id, warnings: texts} of data.runs) {
    for (const text of texts) warnings.write(`${warnings.style.yellow('warning:')} ${printable(id)}: ${text}\n`);
  }
  sink.write(`${request.out}: ${plural(data.runs.length, 'run')}, ${formatBytes(Buffer.byteLength(html))}\n`);
}

/** A baseline of runs is drawn with the others; a file has no curves. */
function withRunsOf(baseline: Baseline | undefined, runs: readonly Run[]): readonly Run[] {
  if (!baseline?.hasEpochs) return runs;
  const own = new Set(runs.map((run) => path.resolve(run.path)));
  const others = baseline.rows.flatMap((row) => row.runs.filter((run) => !own.has(path.resolve(run.path))));
  return [...others.map((run) => readRun(run.path)), ...runs];
}

/** The names of the experiments, or the first of many. */
function titleOf(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length - 2;
  return more > 0 ? `${unique.slice(0, 2).join(', ')} and ${more} more` : unique.join(' and ');
}

function refuseFolder(out: string, file: string): void {
  if (statSync(file, {throwIfNoEntry: false})?.isDirectory()) {
    throw new ExpError('USAGE', `--out ${out} is a folder`, 'name a file: --out report.html');
  }
}
