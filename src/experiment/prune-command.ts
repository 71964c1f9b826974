import path from 'node:path';
import {defaultSort} from '../comparison/compare.js';
import {comparedRun} from '../comparison/compared-run.js';
import {goalOfTerm, parseTerm} from '../comparison/term.js';
import {formatBytes, formatMetric, plural} from '../report/format.js';
import {printable, visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import {renderTable} from '../report/table.js';
import {emptyTrash, reasonToStay, removeFolder, withIdleRun} from '../runs/remove.js';
import type {Run} from '../runs/run.js';
import {checkpointToLeave, type StoredCheckpoint, storedCheckpoints} from '../runs/stored-checkpoints.js';
import {ExpError} from '../support/errors.js';
import {checkAsking, confirm} from './confirm.js';
import {requireNarrowed, sum} from './rm-command.js';
import {type RankedRun, type RunSelection, requireSelected, selectRuns, sortRuns} from './select-runs.js';

/** What `exp prune` was asked for. */
export interface PruneRequest extends RunSelection {
  /** So many of the runs, the best ones, keep all of their checkpoints. */
  readonly keepBest?: number | undefined;
  /** What decides which are the best: a metric; by default the monitored one. */
  readonly by?: string | undefined;
  /** What the other runs keep. */
  readonly leave: 'none' | 'best' | 'last';
  /** Whether runs that could be resumed lose theirs, too. */
  readonly unfinished: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** What becomes of the checkpoints of a run. */
interface Fate {
  readonly run: Run;
  /** By which it is ranked. */
  readonly value?: number;
  readonly stays: readonly StoredCheckpoint[];
  readonly goes: readonly StoredCheckpoint[];
  /** Why all of them stay. */
  readonly reason?: 'best' | 'running' | 'resumable' | 'corrupt';
}

/**
 * Removes checkpoints of runs after asking: all but those of the best runs, or all but one of each run. What else a run folder holds, the
 * final model among it, stays.
 * @throws ExpError USAGE, RUN_NOT_FOUND, RUN_ALIVE, RUN_UNWRITABLE
 */
export async function pruneCheckpoints(
  request: PruneRequest,
  {out, errors}: {readonly out: Sink; readonly errors: Sink},
): Promise<void> {
  const {keepBest, leave, yes, dryRun, json, runsDir} = request;
  if (keepBest === undefined && leave === 'none') {
    const hint = '--keep-best 5 keeps those of the five best runs, --leave best the best one of each run';
    throw new ExpError('USAGE', 'exp prune needs to know which checkpoints stay', hint);
  }
  checkRanking(request.by);
  const isAll = request.references.length === 0 && keepBest !== undefined;
  const runs = selectRuns(isAll ? request : requireNarrowed(request, 'exp prune'));
  requireSelected(runs, request);
  const {fates, by} = fatesOf(runs, request);
  const pruned = fates.filter(({goes}) => goes.length > 0);
  for (const {run} of pruned) {
    const reason = reasonToStay(run, runsDir);
    if (reason !== undefined) throw new ExpError('USAGE', `${run.path} is not pruned: ${reason}`);
  }
  const all = pruned.flatMap(({goes}) => goes);
  const bytes = sum(all.map((one) => one.bytes));
  const total = `${plural(all.length, 'checkpoint')} of ${plural(pruned.length, 'run')}, ${formatBytes(bytes)}`;
  const asking = {yes, command: 'exp prune'};
  if (!dryRun && all.length > 0) checkAsking(asking);
  if (!json && (dryRun || !yes)) errors.write(planText(fates, by, errors));
  const isMeant = !dryRun && all.length > 0 && (await confirm(`remove ${total}?`, asking));
  if (isMeant) for (const {run, goes} of pruned) removeCheckpoints(run, goes);
  if (json) {
    const listed = fates.map(({run, value, stays, goes, reason}) => ({
      run: run.id,
      path: run.path,
      state: run.state,
      ...(value === undefined ? {} : {value}),
      ...(reason === undefined ? {} : {reason}),
      keeps: stays.map(({name}) => name),
      [isMeant ? 'removed' : 'wouldRemove']: goes.map(({name, bytes}) => ({name, bytes})),
    }));
    out.write(visibleJson({by, bytes, runs: listed}));
  } else if (all.length === 0) out.write('nothing to remove\n');
  else out.write(`${dryRun ? 'would remove' : isMeant ? 'removed' : 'kept'} ${total}\n`);
}

function removeCheckpoints(run: Run, checkpoints: readonly StoredCheckpoint[]): void {
  const parent = path.dirname(path.resolve(run.path));
  withIdleRun(run, () => {
    for (const checkpoint of checkpoints) removeFolder(checkpoint.path, parent);
  });
  emptyTrash(parent);
}

function fatesOf(
  runs: readonly Run[],
  {keepBest, by, leave, unfinished}: PruneRequest,
): {readonly fates: readonly Fate[]; readonly by?: string} {
  const term = keepBest === undefined ? undefined : (by ?? defaultTerm(runs));
  const ranked: readonly RankedRun[] =
    term === undefined ? runs.map((run) => ({run, value: undefined})) : sortRuns(runs, term, '--by');
  let numBest = 0;
  const fates = ranked.map(({run, value}): Fate => {
    const checkpoints = storedCheckpoints(run.path);
    const isBest =
      run.state === 'finished' && typeof value === 'number' && !Number.isNaN(value) && numBest < (keepBest ?? 0);
    if (isBest) numBest++;
    const reason = isBest ? 'best' : reasonOf(run, unfinished);
    const told = {run, ...(typeof value === 'number' ? {value} : {})};
    if (reason !== undefined) return {...told, stays: checkpoints, goes: [], reason};
    const left = leave === 'none' ? undefined : checkpointToLeave(checkpoints, leave);
    return {...told, stays: left ? [left] : [], goes: checkpoints.filter((one) => one !== left)};
  });
  return {fates, ...(term === undefined ? {} : {by: term})};
}

function reasonOf({state}: Run, unfinished: boolean): Fate['reason'] {
  if (state === 'running' || state === 'corrupt') return state;
  const isResumable = ['interrupted', 'pruned', 'crashed', 'failed'].includes(state);
  return isResumable && !unfinished ? 'resumable' : undefined;
}

/** @throws ExpError USAGE where nobody knows which of the runs are the best */
function defaultTerm(runs: readonly Run[]): string {
  const term = defaultSort(runs.map(comparedRun));
  if (term && goalOfTerm(term)) return term.text;
  throw new ExpError('USAGE', 'these runs have no metric that tells the best', 'name one with --by');
}

const reasons: Readonly<Record<NonNullable<Fate['reason']>, string>> = {
  best: 'one of the best',
  running: 'goes on',
  resumable: 'may be resumed; see --unfinished',
  corrupt: 'damaged: look at it first',
};

function planText(fates: readonly Fate[], by: string | undefined, view: Sink): string {
  const names = (checkpoints: readonly StoredCheckpoint[]): string => checkpoints.map(({name}) => name).join(', ');
  return renderTable(
    [
      {title: 'run'},
      ...(by === undefined ? [] : [{title: printable(by), align: 'right', droppable: 1} as const]),
      {title: 'removes', droppable: 2},
      {title: 'size', align: 'right', droppable: 3},
      {title: 'keeps', droppable: 4},
    ],
    fates.map(({run, value, stays, goes, reason}) => [
      printable(run.id),
      ...(by === undefined ? [] : [value === undefined ? '' : formatMetric(value)]),
      printable(names(goes)),
      goes.length === 0 ? '' : formatBytes(sum(goes.map(({bytes}) => bytes))),
      printable(stays.length === 0 ? '' : `${names(stays)}${reason ? ` (${reasons[reason]})` : ''}`),
    ]),
    view,
  );
}

/** The term must say what is better. @throws ExpError USAGE */
function checkRanking(by: string | undefined): void {
  if (by === undefined || goalOfTerm(parseTerm(by)) !== undefined) return;
  throw new ExpError(
    'USAGE',
    `nobody knows whether more or less ${by} is better`,
    'name a metric, such as val_accuracy',
  );
}
