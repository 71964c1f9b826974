import type {TaskState} from '../executor.js';

/** A line of squeue. */
export interface QueuedTask {
  /** `4711_3`; `4711` stands for all tasks of that array that have no line of their own: they never ran. */
  readonly id: string;
  /** As Slurm says it: OUT_OF_MEMORY. */
  readonly slurmState: string;
  readonly state: TaskState;
  /** Why it waits or failed: JobArrayTaskLimit, NonZeroExitCode. */
  readonly reason: string;
  /** Where it runs or ran; undefined before. */
  readonly node: string | undefined;
  readonly jobName: string;
}

/** One line per task, those that ended not long ago too; the name last, since it may hold anything. */
export const queueOptions = ['-r', '-h', '-t', 'all', '-o', '%i|%T|%r|%B|%j'] as const;

/** What squeue printed with `queueOptions`. Lines that are none of it (a site's greetings) are passed over. */
export function parseQueue(text: string): readonly QueuedTask[] {
  return text.split('\n').flatMap((line) => {
    const [id, slurmState, reason, node, ...name] = line.trim().split('|');
    if (id === undefined || slurmState === undefined || !/^\d+(_|$)/.test(id)) return [];
    const task = {
      slurmState,
      state: taskState(slurmState),
      reason: reason === undefined || reason === 'None' ? '' : reason,
      node: node === undefined || node === 'n/a' || node === '(null)' || node === '' ? undefined : node,
      jobName: name.join('|'),
    };
    return idsOf(id).map((one) => ({id: one, ...task}));
  });
}

/** `4711_[0-3,7%2]`, as tasks look that wait together, is several. */
function idsOf(id: string): readonly string[] {
  const [, job, indices] = /^(\d+)_\[([\d,-]+)(?:%\d+)?\]$/.exec(id) ?? [];
  if (indices === undefined) return /^\d+(_\d+)?$/.test(id) ? [id] : [];
  return indices.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number);
    const length = (last ?? first!) - first! + 1;
    return Array.from({length: Math.max(0, length)}, (_, index) => `${job}_${first! + index}`);
  });
}

const states: Readonly<Record<string, TaskState>> = {
  PENDING: 'pending',
  CONFIGURING: 'pending',
  REQUEUED: 'pending',
  REQUEUE_FED: 'pending',
  REQUEUE_HOLD: 'pending',
  RESV_DEL_HOLD: 'pending',
  SPECIAL_EXIT: 'pending',
  RUNNING: 'running',
  COMPLETING: 'running',
  EXPEDITING: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  STOPPED: 'running',
  SUSPENDED: 'running',
  UPDATE_DB: 'running',
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  BOOT_FAIL: 'failed',
  DEADLINE: 'failed',
  FAILED: 'failed',
  LAUNCH_FAILED: 'failed',
  OUT_OF_MEMORY: 'failed',
  RECONFIG_FAIL: 'failed',
  TIMEOUT: 'failed',
  NODE_FAIL: 'lost',
  PREEMPTED: 'lost',
};

/**
 * Our word for Slurm's. Newer versions may say several at once, `PENDING,REQUEUED` or `COMPLETED+COMPLETING`: a task that has any of those
 * in which it is still there, is. A state that nobody has heard of counts as not known.
 */
export function taskState(slurmState: string): TaskState {
  const known = slurmState
    .replace(/ by .*/, '')
    .split(/[+,\s]+/)
    .filter(Boolean)
    .map((word) => states[word.toUpperCase()] ?? 'unknown');
  return known.find((state) => state === 'pending' || state === 'running') ?? known[0] ?? 'unknown';
}
