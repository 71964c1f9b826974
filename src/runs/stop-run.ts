import {hostname} from 'node:os';
import {ExpError} from '../support/errors.js';
import {isAlive, processIdentity} from './alive.js';
import {type Run, readRun} from './run.js';

/** Where the system cannot tell a process from a later one of the same number, a heartbeat has to be this young. */
const youngMillis = 60_000;

/**
 * Asks the process that trains a run to end it: SIGTERM, upon which it saves a checkpoint. The signal goes to that process only: the status is read again,
 * it has to say that the run goes on on this machine, and the process has to be the one that wrote it, by the tick it began at.
 * @returns the process
 * @throws ExpError USAGE if the run does not go on, or if it cannot be told whose process that is
 */
export function stopRun(folder: string): number {
  const run = readRun(folder);
  const {status} = run;
  const refuse = (why: string, hint: string): ExpError =>
    new ExpError('USAGE', `${run.id} cannot be stopped: ${why}`, hint);
  if (run.state !== 'running' || !status) throw refuse(`it is ${run.state}`, 'only a run that goes on can be stopped');
  if (status.host !== hostname()) throw refuse(`it runs on ${status.host}`, `stop process ${status.pid} there`);
  if (status.pid <= 1 || !isAlive(status)) throw refuse('its process is gone', 'there is nothing to stop');
  if (!isSurelyIts(run)) {
    throw refuse(`process ${status.pid} may be another program`, `look at it, and end it with kill ${status.pid}`);
  }
  try {
    process.kill(status.pid, 'SIGTERM');
  } catch (error) {
    throw refuse((error as Error).message, `it may belong to another user; process ${status.pid}`);
  }
  return status.pid;
}

function isSurelyIts({status}: Run): boolean {
  if (!status) return false;
  if (status.process !== undefined && processIdentity(status.pid) !== undefined) return true;
  return Math.abs(Date.now() - Date.parse(status.heartbeatAt)) < youngMillis;
}
