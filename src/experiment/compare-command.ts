import {type CompareRequest, compareRuns, requireRuns} from '../comparison/compare.js';
import {comparedRuns} from '../comparison/compared-run.js';
import {type GateResult, judge} from '../comparison/gate.js';
import {type Held, holdAgainst} from '../comparison/held.js';
import {printable, type Spread} from '../report/comparison-cells.js';
import {comparisonCsv, comparisonJson, comparisonScreen} from '../report/comparison-formats.js';
import {comparisonMarkdown} from '../report/comparison-markdown.js';
import {gateLines} from '../report/gate-lines.js';
import {visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import {openBaseline, saveBaseline} from './baselines.js';
import {goalsOf, groupKeys, listOf} from './lists.js';
import {findRuns} from './run-references.js';
import {sweepDefaults, sweepsOf} from './sweep-defaults.js';

/** What `exp compare` was asked for. */
export interface ComparisonRequest extends Pick<CompareRequest, 'where' | 'sort' | 'top'> {
  /** Runs as people name them; all of `runsDir` when empty. */
  readonly references: readonly string[];
  readonly runsDir: string;
  /** Separated by commas. */
  readonly columns?: string | undefined;
  readonly reverse?: boolean;
  /** Separated by commas; `none`. */
  readonly groupBy?: string | undefined;
  /** Columns of which more is better, and less; separated by commas. */
  readonly maximize?: string | undefined;
  readonly minimize?: string | undefined;
  /** What stands behind `±`. */
  readonly spread?: Spread | undefined;
  /** Runs, or the name or file of a baseline. */
  readonly baseline?: readonly string[] | undefined;
  /** Whether the baseline may be of other data. */
  readonly otherData?: boolean;
  readonly failIf?: readonly string[] | undefined;
  /** A name or a file. */
  readonly saveBaseline?: string | undefined;
  readonly format: 'table' | 'csv' | 'json' | 'md' | 'html';
}

/**
 * Compares runs, prints the table, holds it against the gate, and saves it as a baseline where the gate opened.
 * @throws ExpError for runs that are not there, terms and conditions that make no sense, BASELINE_UNUSABLE, and GATE_FAILED
 */
export async function runComparison(
  request: ComparisonRequest,
  {out, errors}: {readonly out: Sink; readonly errors: Sink},
): Promise<void> {
  const {references, runsDir, where, sort, reverse = false, top, failIf = []} = request;
  const found = findRuns(references, runsDir);
  const runs = comparedRuns(found);
  requireRuns(runs, runsDir);
  const groupBy = groupKeys(request.groupBy);
  const columns = listOf(request.columns);
  const baseline = request.baseline?.length ? openBaseline(request.baseline, {runsDir, groupBy}) : undefined;
  const known = baseline?.rows.flatMap((row) => row.runs) ?? [];
  const {goals, ...usual} = sweepDefaults(sweepsOf(found), runs, goalsOf(request));
  const options = {where, sort: sort ?? usual.sort, reverse, top, columns, groupBy, goals, known};
  const comparison = compareRuns(runs, options);
  const held = baseline && holdAgainst(comparison, baseline);
  const {rows, groupedBy} = comparison;
  const gate = failIf.length > 0 ? judge(rows, {clauses: failIf, baseline, otherData: request.otherData}) : undefined;
  const lines = gateLines(gate?.failures ?? [], rows, groupedBy);
  const extras = {held, gate, spread: request.spread};
  if (request.format === 'csv') out.write(comparisonCsv(comparison, held));
  else if (request.format === 'json')
    out.write(visibleJson({...comparisonJson(comparison, held, gate), failures: lines}));
  else if (request.format === 'md') out.write(comparisonMarkdown(comparison, extras));
  else if (request.format === 'html')
    out.write((await import('./report-command.js')).reportPage(found, options, {baseline}).html);
  else out.write(comparisonScreen(comparison, out, extras));
  const warn = (text: string): void => errors.write(`${errors.style.yellow('warning:')} ${text}\n`);
  for (const run of runs) for (const warning of run.warnings) warn(`${printable(run.id)}: ${printable(warning)}`);
  warnOf(held, gate, warn);
  if (lines.length > 0) {
    const rest = lines.length > maxTold ? `\n  and ${lines.length - maxTold} more` : '';
    const told = lines.slice(0, maxTold).map((line) => `\n  ${line}`);
    throw new ExpError('GATE_FAILED', `the gate failed:${told.join('')}${rest}`);
  }
  if (request.saveBaseline === undefined) return;
  const file = saveBaseline(request.saveBaseline, rows, {groupedBy, commit: commitOf(found, rows[0]?.runs[0]?.path)});
  errors.write(`saved ${file}\n`);
}

/** Failures that an error tells; JSON has all. */
const maxTold = 100;

/** What nobody may overlook, whatever the format. */
function warnOf(held: Held | undefined, gate: GateResult | undefined, warn: (text: string) => void): void {
  const strange = held?.rows.filter(({isOfOtherData}) => isOfOtherData).length ?? 0;
  if (held && strange > 0)
    warn(`the baseline ${printable(held.baseline.name)} is of other data than ${strange} of the rows`);
  const unjudged = gate?.unjudged.length ?? 0;
  if (unjudged > 0)
    warn(`--fail-if says nothing of ${unjudged} of the rows: the baseline has none with their settings`);
}

/** The commit that a run was made at, with `+` behind it where there were changes. */
function commitOf(runs: readonly Run[], folder: string | undefined): string | undefined {
  const git = runs.find((run) => run.path === folder)?.environment()?.git;
  return git ? `${git.commit}${git.dirty ? '+' : ''}` : undefined;
}
