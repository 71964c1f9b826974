import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import type {RunStatus} from './records.js';

/** After this long without a heartbeat a run on another host counts as crashed. */
const staleMillis = 10 * 60 * 1000;

/** What tells a process from all others that ever had its number: the boot of the machine and the tick it began at. Linux only. */
export function processIdentity(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces; the start is the 22nd field, the 20th behind it.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? undefined : `${boot}:${start}`;
  } catch {
    return undefined;
  }
}

/** Who writes a run, for its status. */
export function thisProcess(): Pick<RunStatus, 'pid' | 'host' | 'process'> {
  const identity = processIdentity(process.pid);
  return {pid: process.pid, host: hostname(), ...(identity === undefined ? {} : {process: identity})};
}

/**
 * Whether a process is still there. On another host its heartbeat has to tell, which a clock that was set back may have put into the
 * future.
 */
export function isAlive(of: Pick<RunStatus, 'pid' | 'host' | 'process'> & {readonly heartbeatAt: string}): boolean {
  if (of.host !== hostname()) return Math.abs(Date.now() - Date.parse(of.heartbeatAt)) < staleMillis;
  if (!exists(of.pid)) return false;
  const identity = processIdentity(of.pid);
  return of.process === undefined || identity === undefined || of.process === identity;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
