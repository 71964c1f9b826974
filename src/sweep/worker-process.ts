import {ExpError} from '../support/errors.js';
import {parseTrials} from './executors/worker-command.js';
import {parseShard} from './shard.js';
import {type RunWorkerRequest, runWorker} from './worker/run-worker.js';

/** What `exp worker` was asked for, as text. @throws ExpError USAGE */
export async function workerProcess(
  request: Pick<RunWorkerRequest, 'folder' | 'slot' | 'maxTrials' | 'device'> & {
    readonly trials: string | undefined;
    readonly shard: string | undefined;
  },
): Promise<number> {
  const trials = request.trials === undefined ? undefined : parseTrials(request.trials);
  if (request.trials !== undefined && !trials) {
    throw new ExpError('USAGE', `--trials ${request.trials} names no trials`, 'write numbers and ranges: 3,7-9');
  }
  const shard = request.shard === undefined ? undefined : parseShard(request.shard);
  return runWorker({...request, trials, shard});
}
