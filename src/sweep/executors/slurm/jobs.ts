import {setTimeout as sleep} from 'node:timers/promises';
import type {AttemptHolder} from '../../../runs/sweep/attempts.js';
import {type Submission, Submissions} from '../../../runs/sweep/submissions.js';
import {ExpError} from '../../../support/errors.js';
import type {TaskEnd, TaskHandle, TaskState} from '../executor.js';
import {type AskSlurm, askSlurm, type SlurmAnswer} from './commands.js';
import {parseQueue, type QueuedTask, queueOptions} from './queue.js';

export interface SlurmJobsOptions {
  /** Absolute, on a file system that all nodes see. */
  readonly sweepFolder: string;
  /** Instead of Slurm's own commands. */
  readonly ask?: AskSlurm | undefined;
  /** How long a controller that does not answer is asked again where the answer must be known. A minute by default. */
  readonly patienceMillis?: number | undefined;
}

/** What a worker exits with that was asked to end and saved a checkpoint. */
const endedByRequest = [75, 130];

/** Ids on one command line. */
const maxIdsPerCall = 500;

const isStillThere: ReadonlySet<TaskState | undefined> = new Set(['pending', 'running', 'unknown']);

/**
 * The jobs of a sweep, by squeue and scancel alone. What was handed over is written down in the sweep's folder, before and after, so that any process
 * can ask for it later. A controller that does not answer means that nothing is known.
 */
export class SlurmJobs {
  readonly submissions: Submissions;
  readonly #ask: AskSlurm;
  readonly #patienceMillis: number;
  /** By id, as Slurm said last. */
  readonly #seen = new Map<string, QueuedTask>();

  constructor({sweepFolder, ask = askSlurm, patienceMillis = 60_000}: SlurmJobsOptions) {
    this.submissions = new Submissions(sweepFolder);
    this.#ask = ask;
    this.#patienceMillis = patienceMillis;
  }

  async poll(handles: readonly TaskHandle[]): Promise<ReadonlyMap<string, TaskState>> {
    const queued = await this.#queue(handles.map(({id}) => id));
    return new Map(
      handles.map(({id}) => [id, queued ? this.#stateOf(id, queued.get(id) ?? queued.get(jobOf(id))) : 'unknown']),
    );
  }

  /** As far as the last poll and the task's own script tell. */
  endOf({id}: TaskHandle): TaskEnd {
    const task = this.#seen.get(id);
    const end = this.submissions.endOf(id);
    const log = `see ${this.submissions.logOf(id)}`;
    const where = task?.node === undefined ? '' : ` on ${task.node}`;
    if (end?.isOutOfMemory || task?.slurmState.includes('OUT_OF_MEMORY')) {
      return {message: `out of memory: its process was killed${where}; ${log}`, isFailure: true, isFinal: true};
    }
    const reason = task?.reason ? ` (${task.reason})` : '';
    const inSlurm = task ? `job ${id} is ${task.slurmState}${reason}${where}` : `job ${id} is gone`;
    return {message: `${end?.code === 137 ? 'its process was killed; ' : ''}${inSlurm}; ${log}`};
  }

  isHolder({id}: TaskHandle, {task}: AttemptHolder): boolean {
    return task?.id === id;
  }

  /**
   * Takes those that wait out of the queue, and has those that run save a checkpoint and end.
   * @param which `waiting`: those that run may finish what they are at
   * @throws ExpError EXECUTOR_UNAVAILABLE if nobody answers
   */
  async cancel(handles: readonly TaskHandle[], which: 'all' | 'waiting' = 'all'): Promise<void> {
    const ids = handles.map(({id}) => id);
    for (const some of split(ids, maxIdsPerCall)) {
      const waiting = await this.#ask('scancel', ['--state=PENDING', ...some]);
      if (waiting.kind === 'silence') throw unreachable(waiting.message, 'its jobs go on');
      if (which === 'waiting') continue;
      // Slurm 22.05 delivers the signal but says "can not be altered now" while others of the array wait; scancel then tries again and
      // again, until its time is up. The script listens to the first one only.
      const running = await this.#ask('scancel', ['--state=RUNNING', '--batch', '--signal=USR2', ...some]);
      if (running.kind === 'silence' && !/altered|gave no answer/.test(running.message)) {
        throw unreachable(running.message, 'jobs that run may go on');
      }
    }
  }

  /**
   * Tasks that were handed over and are not over, also those whose id nobody could write down.
   * @throws ExpError EXECUTOR_UNAVAILABLE if it cannot be told whether Slurm has an array
   */
  async reconcile(): Promise<readonly TaskHandle[]> {
    const handles: TaskHandle[] = [];
    for (const submission of this.submissions.all()) {
      const outcome = this.submissions.outcomeOf(submission);
      if (outcome && 'refused' in outcome) continue;
      const job = outcome?.job ?? (await this.find(submission));
      if (job !== undefined) handles.push(...handlesOf(submission, job));
      else if (isLongAgo(submission)) this.submissions.conclude(submission, {refused: 'Slurm does not have it'});
    }
    const states = await this.poll(handles);
    return handles.filter(({id}) => isStillThere.has(states.get(id)));
  }

  /**
   * An array of which nobody wrote down the id, by its name.
   * @returns its id, which is written down now; undefined if Slurm does not have it
   * @throws ExpError EXECUTOR_UNAVAILABLE if nobody answers
   */
  async find(submission: Submission): Promise<string | undefined> {
    const answer = await this.askPatiently('squeue', [...queueOptions, '--name', submission.name]);
    if (answer.kind !== 'answer') {
      throw unreachable(
        answer.message,
        'whether it has jobs of the sweep is not known, and nothing is handed over twice',
      );
    }
    const [task] = parseQueue(answer.text).filter(({jobName}) => jobName === submission.name);
    const job = task && jobOf(task.id);
    if (job !== undefined) this.submissions.conclude(submission, {job});
    return job;
  }

  /** Asks until somebody answers, or patience is over. */
  async askPatiently(...question: Parameters<AskSlurm>): Promise<SlurmAnswer> {
    const deadline = Date.now() + this.#patienceMillis;
    for (;;) {
      const answer = await this.#ask(...question);
      if (answer.kind !== 'silence' || Date.now() >= deadline) return answer;
      await sleep(Math.min(2000, this.#patienceMillis));
    }
  }

  /** Asks once. */
  ask(...question: Parameters<AskSlurm>): Promise<SlurmAnswer> {
    return this.#ask(...question);
  }

  /** @returns by id; undefined if nobody answers */
  async #queue(ids: readonly string[]): Promise<ReadonlyMap<string, QueuedTask> | undefined> {
    const jobs = [...new Set(ids.map(jobOf))];
    const tasks = new Map<string, QueuedTask>();
    for (const some of split(jobs, maxIdsPerCall)) {
      const answer = await this.#ask('squeue', [...queueOptions, '-j', some.join(',')]);
      // Of one job alone that it has forgotten Slurm says that its id is invalid.
      if (answer.kind === 'refusal' && /invalid job id/i.test(answer.message)) continue;
      if (answer.kind !== 'answer') return undefined;
      for (const task of parseQueue(answer.text)) {
        tasks.set(task.id, task);
        this.#seen.set(task.id, task);
      }
    }
    return tasks;
  }

  /** @param task what Slurm knows, for some minutes after the end; later only what the task's own script wrote down tells */
  #stateOf(id: string, task: QueuedTask | undefined): TaskState {
    if (task && task.state !== 'failed') return task.state;
    const end = this.submissions.endOf(id);
    if (!end) return task?.state ?? 'lost';
    if (end.code === 0) return 'done';
    return endedByRequest.includes(end.code) ? 'cancelled' : 'failed';
  }
}

/** Whoever began it cannot be at it any more. */
const isLongAgo = ({at}: Submission): boolean => Math.abs(Date.now() - Date.parse(at)) > 120_000;

/** `4711_3` → `4711` */
const jobOf = (id: string): string => id.replace(/_.*/, '');

export const handlesOf = ({tasks}: Submission, job: string): readonly TaskHandle[] =>
  tasks.map((task, index) => ({task, id: `${job}_${index}`}));

export function split<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const numParts = Math.ceil(items.length / size);
  return Array.from({length: numParts}, (_, index) => items.slice(index * size, (index + 1) * size));
}

export const unreachable = (reason: string, consequence: string): ExpError =>
  new ExpError(
    'EXECUTOR_UNAVAILABLE',
    `Slurm does not answer (${reason}): ${consequence}`,
    'try again when sinfo answers',
  );
