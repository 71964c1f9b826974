import {sweepJson} from '../report/sweep-json.js';
import {sweepViewOf} from '../report/sweep-of-folder.js';
import {SweepReader} from '../runs/sweep/read-sweep.js';
import {isCoordinated} from '../runs/sweep/sweep-folder.js';
import {MissingTrials} from './missing.js';
import type {SweepJob} from './worker/job.js';

/**
 * Writes the end of a sweep whose workers were left to themselves, if nothing is left to do: the last worker does what else the process does that
 * began the sweep. Two that end together write the same.
 */
export function concludeUnattended({folder, sweep}: SweepJob): void {
  const {status, stopRequest} = folder;
  if (status?.executor !== 'slurm' || status.shard !== undefined || isCoordinated(status)) return;
  const reader = new SweepReader(folder.path);
  const {trials} = reader.look();
  if (trials.some(({state}) => state === 'running')) return;
  const missing = new MissingTrials(sweep, folder, status.session);
  const isDone = stopRequest?.by === 'target' || missing.isPastDeadline || !missing.isAny(reader.ledger);
  if (!isDone) return;
  const message = stopRequest?.why ?? (missing.isPastDeadline ? 'maxMinutes are over' : undefined);
  const {state: _state, message: _message, ...before} = status;
  folder.writeStatus({
    ...before,
    state: 'finished',
    endedAt: new Date().toISOString(),
    ...(message === undefined ? {} : {message}),
  });
  folder.writeSummary(sweepJson(sweepViewOf(reader.look())));
}
