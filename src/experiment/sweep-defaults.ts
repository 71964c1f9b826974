import type {CompareRequest} from '../comparison/compare.js';
import type {ComparedRun} from '../comparison/compared-run.js';
import {metricNames} from '../comparison/term.js';
import {printable} from '../report/printable.js';
import {sweepViewOf} from '../report/sweep-of-folder.js';
import type {SweepView} from '../report/sweep-view.js';
import type {Run} from '../runs/run.js';
import {sweepFolderOf} from '../runs/sweep/find-sweeps.js';
import {readSweep} from '../runs/sweep/read-sweep.js';
import {ExpError} from '../support/errors.js';

/** The sweeps that runs are trials of, if all of them are of some. What cannot be read is left out. */
export function sweepsOf(runs: readonly Run[]): readonly SweepView[] {
  const folders = new Set(runs.map(sweepFolderOf));
  if (folders.has(undefined)) return [];
  return [...folders].flatMap((folder) => {
    try {
      return folder === undefined ? [] : [sweepViewOf(readSweep(folder))];
    } catch (error) {
      if (error instanceof ExpError) return [];
      throw error;
    }
  });
}

/** What a comparison of trials is sorted by unless somebody says otherwise: as their sweep ranks them, by the best epoch. */
export function sweepDefaults(
  sweeps: readonly SweepView[],
  runs: readonly ComparedRun[],
  goals: CompareRequest['goals'],
): Pick<CompareRequest, 'sort' | 'goals'> {
  const [first, ...others] = sweeps.map(({metric}) => metric);
  if (!first || others.some(({name, goal}) => name !== first.name || goal !== first.goal)) return {goals};
  if (!runs.some((run) => metricNames(run).includes(first.name))) return {goals};
  const goal = goals?.get(first.name) ?? first.goal;
  const sort = `${goal === 'maximize' ? 'max' : 'min'} ${first.name}`;
  return {sort, goals: new Map([[first.name, first.goal], ...(goals ?? [])])};
}

/** `sweep mnist-lr: tpe with asha, by val_accuracy`. */
export function sweepTitle({name, sampler, pruner, metric}: SweepView): string {
  const how = pruner === undefined ? sampler : `${sampler} with ${pruner}`;
  return printable(`Sweep ${name}: ${how}, by ${metric.name}`);
}
