import path from 'node:path';
import {bestPoint, rankPoints} from '../comparison/rank-points.js';
import {readSweep} from '../runs/sweep/read-sweep.js';
import {ExpError} from '../support/errors.js';
import type {RunListing} from './run-list.js';
import {pointJson} from './sweep-json.js';
import {sweepViewOf} from './sweep-of-folder.js';
import {countTrials, elapsedSeconds} from './sweep-progress.js';

/** What a list of runs tells of a sweep: how many trials are done, and the best value of its metric. Damage becomes a warning. */
export function sweepListing(folder: string, now = new Date()): RunListing {
  const common = {run: path.basename(folder), path: folder, epochs: 0, tags: [], notes: []};
  try {
    const view = sweepViewOf(readSweep(folder));
    const {name, metric, trials, seeds, numPlanned, state, startedAt} = view;
    const best = bestPoint(rankPoints(trials, {goal: metric.goal, numSeeds: seeds?.length ?? 1}));
    return {
      ...common,
      name,
      state,
      startedAt,
      durationSeconds: elapsedSeconds(view, now),
      metrics: best?.sample ? {[metric.name]: best.sample.mean} : {},
      sweep: {
        counts: countTrials(trials),
        ...(numPlanned === undefined ? {} : {numTrials: numPlanned}),
        ...(best ? {best: pointJson(best)} : {}),
      },
      warnings: [],
    };
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    return {...common, name: common.run, state: 'corrupt', metrics: {}, warnings: [error.message]};
  }
}
