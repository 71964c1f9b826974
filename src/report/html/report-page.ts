import type {Baseline} from '../../comparison/baseline.js';
import type {CompareRequest} from '../../comparison/compare.js';
import type {ComparedRun} from '../../comparison/compared-run.js';
import type {Run} from '../../runs/run.js';
import {RunTail} from '../../runs/run-tail.js';
import {expVersion} from '../../support/versions.js';
import type {PageData} from '../page/data.js';
import {withBaseline} from './baseline.js';
import {overviewOf} from './overview.js';
import {runData, runFigures, runRecords} from './run-data.js';

/** Numbers of curves that a report holds at most, over all runs; longer ones are thinned out. */
const curveBudget = 400_000;
const stepBudget = 20_000;
const columnsPerRun = 8;
const tableBudget = 100_000;

/** A run folder and what comparisons make of it. */
export interface OpenedRun {
  readonly run: Run;
  readonly compared: ComparedRun;
}

/** All that a report shows of runs. @throws ExpError USAGE for terms that make no sense */
export function reportData(
  opened: readonly OpenedRun[],
  request: CompareRequest,
  title: string,
  baseline?: Baseline,
): PageData {
  const {overview: plain, comparison} = overviewOf(
    opened.map(({compared}) => compared),
    request,
  );
  const overview = baseline ? withBaseline(plain, comparison, baseline) : plain;
  const shown = new Set(comparison.rows.flatMap((row) => row.runs));
  const kept = opened.filter(({compared}) => shown.has(compared));
  const numRuns = Math.max(1, kept.length);
  const limits = {
    epochs: clamp(curveBudget / columnsPerRun / numRuns, 40, 2000),
    steps: clamp(stepBudget / numRuns, 40, 1000),
  };
  const context = {columns: comparison.columns, settings: overview.settings.map(({path}) => path)};
  const budget = {cells: tableBudget};
  const runs = kept.map(({run, compared}) => {
    const tail = new RunTail(run.path, limits);
    tail.update(true);
    const records = runRecords(run, budget);
    return runData(records, runFigures(run, compared, context), tail);
  });
  return {mode: 'report', title, createdAt: new Date().toISOString(), version: expVersion(), overview, runs};
}

const clamp = (value: number, low: number, high: number): number => Math.round(Math.min(high, Math.max(low, value)));
