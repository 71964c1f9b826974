import {patched} from '../../runs/series.js';
import type {PageData, RunData} from './data.js';
import type {LiveChange} from './live-data.js';

const none = {columns: {}, length: 0, every: 1};

/** Page data after a change; runs that did not change stay the same objects. */
export function applyChange(data: PageData, {overview, sweeps, runs, patches, gone}: LiveChange): PageData {
  const known = new Map<string, RunData>(data.runs.map((run) => [run.id, run]));
  for (const id of gone) known.delete(id);
  for (const run of runs) {
    const {epochs = none, steps = none} = known.get(run.id) ?? {};
    known.set(run.id, {...run, epochs, steps});
  }
  for (const {id, epochs, steps} of patches) {
    const run = known.get(id);
    if (!run) continue;
    known.set(id, {
      ...run,
      epochs: epochs ? patched(run.epochs, epochs) : run.epochs,
      steps: steps ? patched(run.steps, steps) : run.steps,
    });
  }
  return {
    ...data,
    createdAt: new Date().toISOString(),
    overview: overview ?? data.overview,
    ...(sweeps ? {sweeps} : {}),
    runs: [...known.values()],
  };
}
