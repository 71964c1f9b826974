import {compareRuns, requireRuns} from '../comparison/compare.js';
import {type ComparedRun, comparedRun} from '../comparison/compared-run.js';
import {failuresOf} from '../comparison/gate.js';
import {comparisonCsv, comparisonJson, comparisonMarkdown, comparisonScreen} from '../report/comparison-formats.js';
import {gateLines} from '../report/gate-lines.js';
import type {Sink} from '../report/sink.js';
import {findRun, listRuns} from '../runs/find-runs.js';
import {ExpError} from '../support/errors.js';
import {groupKeys, listOf} from './lists.js';

/** What `exp compare` was asked for. */
export interface ComparisonRequest {
  /** Runs as people name them; all of `runsDir` when empty. */
  readonly references: readonly string[];
  readonly runsDir: string;
  /** Separated by commas. */
  readonly columns?: string | undefined;
  readonly where?: string | undefined;
  readonly sort?: string | undefined;
  readonly reverse?: boolean;
  readonly top?: number | undefined;
  /** Separated by commas; `none`. */
  readonly groupBy?: string | undefined;
  readonly baseline?: readonly string[] | undefined;
  readonly failIf?: readonly string[] | undefined;
  readonly format: 'table' | 'csv' | 'json' | 'md';
}

/**
 * Compares runs, prints the table, and holds it against the gate.
 * @throws ExpError for runs that are not there, terms and conditions that make no sense, and GATE_FAILED
 */
export function runComparison(
  request: ComparisonRequest,
  {out, errors}: {readonly out: Sink; readonly errors: Sink},
): void {
  const {references, runsDir, format, where, sort, reverse = false, top} = request;
  const open = (names: readonly string[]): readonly ComparedRun[] =>
    names.map((name) => comparedRun(findRun(name, runsDir)));
  const runs = references.length > 0 ? open(references) : listRuns(runsDir).map(comparedRun);
  requireRuns(runs, runsDir);
  const options = {where, sort, reverse, top, columns: listOf(request.columns), groupBy: groupKeys(request.groupBy)};
  const comparison = compareRuns(runs, options);
  const baseline = request.baseline?.length ? {runs: open(request.baseline)} : undefined;
  const failures = request.failIf?.length ? failuresOf(request.failIf, comparison.rows, baseline) : [];
  const lines = gateLines(failures);
  if (format === 'csv') out.write(comparisonCsv(comparison));
  else if (format === 'json') {
    out.write(`${JSON.stringify({...comparisonJson(comparison), failures: lines}, null, 2)}\n`);
  } else if (format === 'md') out.write(comparisonMarkdown(comparison));
  else out.write(comparisonScreen(comparison, out));
  for (const run of runs) {
    for (const warning of run.warnings) errors.write(`${errors.style.yellow('warning:')} ${run.id}: ${warning}\n`);
  }
  if (lines.length > 0)
    throw new ExpError('GATE_FAILED', `the gate failed:${lines.map((line) => `\n  ${line}`).join('')}`);
}
