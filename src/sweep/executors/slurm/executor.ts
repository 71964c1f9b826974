import type {AttemptHolder} from '../../../runs/sweep/attempts.js';
import type {Submission, SubmittedTask} from '../../../runs/sweep/submissions.js';
import {Submissions} from '../../../runs/sweep/submissions.js';
import {ExpError} from '../../../support/errors.js';
import type {SlurmSpec} from '../../section.js';
import type {Executor, TaskEnd, TaskHandle, TaskState, WorkerTask} from '../executor.js';
import {type AskSlurm, askSlurm} from './commands.js';
import {parseQueue, type QueuedTask, queueOptions} from './queue.js';
import {type ArrayJob, arrayOptions, arrayScript} from './script.js';

export interface SlurmExecutorOptions {
  /** Absolute, on a file system that all nodes see. */
  readonly sweepFolder: string;
  /** Name of the folder: jobs are called by it and the number of the array. */
  readonly sweepId: string;
  readonly spec: SlurmSpec;
  /** Tasks that may run at once, where the spec does not say. */
  readonly parallel: number;
  /** Absolute folder that jobs begin in. */
  readonly startFolder: string;
  /** Runs exp on a node: node and bin/exp.js, both absolute. */
  readonly command: readonly string[];
  /** Every question is work for the controller of a whole cluster, so that 5 s is the default. */
  readonly pollMillis?: number;
  /** Instead of Slurm's own commands. */
  readonly ask?: AskSlurm;
}

/** Indices of an array must be below this in any Slurm, unless it says otherwise. */
const usualMaxArraySize = 1001;

/** What a worker exits with that was asked to end and saved a checkpoint. */
const endedByRequest = [75, 130];

/** Ids on one command line. */
const maxIdsPerCall = 500;

/**
 * Workers as tasks of Slurm arrays, by sbatch, squeue, scancel and scontrol alone. What was handed over is written down in the sweep's folder,
 * before and after, so that any process can ask for it later. A controller that does not answer means that nothing is known.
 */
export class SlurmExecutor implements Executor {
  readonly #submissions: Submissions;
  readonly #ask: AskSlurm;
  /** By id, as Slurm said last. */
  readonly #seen = new Map<string, QueuedTask>();
  readonly pollMillis: number;
  readonly outlivesUs = true;

  constructor(readonly options: SlurmExecutorOptions) {
    this.#submissions = new Submissions(options.sweepFolder);
    this.#ask = options.ask ?? askSlurm;
    this.pollMillis = options.pollMillis ?? 5000;
  }

  /** What would be handed over, for --dry-run: as many scripts as there are arrays. Asks Slurm for nothing. */
  scripts(tasks: readonly WorkerTask[]): readonly string[] {
    return chunks(tasks, usualMaxArraySize).map((chunk, index) =>
      arrayScript(this.#arrayJob(this.#nameOf(index + 1), chunk)),
    );
  }

  /** @throws ExpError EXECUTOR_UNAVAILABLE if Slurm refuses, or cannot be asked; then nothing was left with it that `reconcile` does not find */
  async submit(tasks: readonly WorkerTask[]): Promise<readonly TaskHandle[]> {
    // Whatever cannot be written in a script is to fail before anything is recorded.
    this.scripts(tasks.slice(0, 1));
    const handles: TaskHandle[] = [];
    for (const chunk of chunks(tasks, tasks.length < 100 ? usualMaxArraySize : await this.#maxArraySize())) {
      const submission = this.#submissions.begin((number) => this.#nameOf(number), chunk.map(plainTask));
      handles.push(...handlesOf(submission, await this.#submitArray(submission, chunk)));
    }
    return handles;
  }

  async poll(handles: readonly TaskHandle[]): Promise<ReadonlyMap<string, TaskState>> {
    const queued = await this.#queue(handles.map(({id}) => id));
    return new Map(handles.map(({id}) => [id, queued ? this.#stateOf(id, queued.get(id)) : 'unknown']));
  }

  /** As far as the last poll and the task's own script tell. */
  endOf({id}: TaskHandle): TaskEnd {
    const task = this.#seen.get(id);
    const end = this.#submissions.endOf(id);
    const log = `see ${this.#submissions.logOf(id)}`;
    if (end?.isOutOfMemory || task?.slurmState.includes('OUT_OF_MEMORY')) {
      return {
        message: `out of memory: its process was killed${task?.node ? ` on ${task.node}` : ''}; ${log}`,
        isFailure: true,
      };
    }
    const reason = task?.reason ? ` (${task.reason})` : '';
    const inSlurm = task
      ? `job ${id} is ${task.slurmState}${reason}${task.node ? ` on ${task.node}` : ''}`
      : `job ${id} is gone`;
    return {message: end?.code === 137 ? `its process was killed; ${inSlurm}; ${log}` : `${inSlurm}; ${log}`};
  }

  isHolder({id}: TaskHandle, {task}: AttemptHolder): boolean {
    return task?.id === id;
  }

  /** Those that wait are taken out of the queue, those that run save a checkpoint. */
  async cancel(handles: readonly TaskHandle[]): Promise<void> {
    for (const ids of split(compact(handles), maxIdsPerCall)) {
      const waiting = await this.#ask('scancel', ['--state=PENDING', ...ids]);
      if (waiting.kind === 'silence') throw unreachable(waiting.message, 'the jobs go on');
      // Slurm 22.05 delivers the signal but says "can not be altered now" while others of the array wait; scancel then tries again and
      // again, until the time is up. The script listens to the first one only.
      const running = await this.#ask('scancel', ['--state=RUNNING', '--batch', '--signal=USR2', ...ids]);
      if (running.kind === 'silence' && !/altered/.test(running.message)) {
        throw unreachable(running.message, 'jobs that run may go on');
      }
    }
  }

  /** Those that are not over. @throws ExpError EXECUTOR_UNAVAILABLE if an array may have been handed over of which nobody can be asked now */
  async reconcile(): Promise<readonly TaskHandle[]> {
    const handles: TaskHandle[] = [];
    for (const submission of this.#submissions.all()) {
      const outcome = this.#submissions.outcomeOf(submission);
      if (outcome && 'refused' in outcome) continue;
      const job = outcome?.job ?? (await this.#findByName(submission));
      if (job !== undefined) handles.push(...handlesOf(submission, job));
    }
    const states = await this.poll(handles);
    return handles.filter(({id}) => ['pending', 'running', 'unknown'].includes(states.get(id)!));
  }

  #nameOf(number: number): string {
    return `${this.options.sweepId}.${number}`;
  }

  #arrayJob(name: string, tasks: readonly WorkerTask[]): ArrayJob {
    const {spec, parallel, sweepFolder, startFolder, command} = this.options;
    return {
      ...{name, spec, tasks, sweepFolder, startFolder, command},
      throttle: Math.min(spec.throttle ?? parallel, tasks.length),
      recordFolder: this.#submissions.folder,
      logPattern: this.#submissions.logPattern,
    };
  }

  async #submitArray(submission: Submission, tasks: readonly WorkerTask[]): Promise<string> {
    const array = this.#arrayJob(submission.name, tasks);
    const script = this.#submissions.writeScript(submission, arrayScript(array));
    const options = arrayOptions(array).map(([name, value]) =>
      value === undefined ? `--${name}` : `--${name}=${value}`,
    );
    const answer = await this.#ask('sbatch', ['--parsable', ...options, script]);
    // Behind a semicolon: the cluster, where there are several.
    const [, job] = answer.kind === 'answer' ? (/^(\d+)(?:;.*)?$/m.exec(answer.text) ?? []) : [];
    if (job !== undefined) {
      this.#submissions.conclude(submission, {job});
      return job;
    }
    if (answer.kind === 'refusal') {
      this.#submissions.conclude(submission, {refused: answer.message});
      throw new ExpError(
        'EXECUTOR_UNAVAILABLE',
        `Slurm refuses the job: ${answer.message}`,
        `mend \`slurm\` of the sweep; the script is ${script}`,
      );
    }
    // It may or may not have been taken.
    const found = await this.#findByName(submission);
    if (found !== undefined) return found;
    throw unreachable(
      answer.kind === 'silence' ? answer.message : `sbatch printed ${answer.text}`,
      'no job was handed over',
    );
  }

  /**
   * An array of which nobody wrote down the id.
   * @returns undefined if Slurm does not have it; then it is put down as refused, so that nobody asks again
   */
  async #findByName(submission: Submission): Promise<string | undefined> {
    const answer = await this.#ask('squeue', [...queueOptions, '--name', submission.name]);
    if (answer.kind === 'silence') {
      throw unreachable(
        answer.message,
        'whether it has jobs of the sweep is not known, and nothing is handed over twice',
      );
    }
    const [task] = answer.kind === 'answer' ? parseQueue(answer.text) : [];
    const job = task?.id.split('_')[0];
    this.#submissions.conclude(submission, job === undefined ? {refused: 'Slurm does not have it'} : {job});
    return job;
  }

  /** @returns by id; undefined if nobody answers */
  async #queue(ids: readonly string[]): Promise<ReadonlyMap<string, QueuedTask> | undefined> {
    const jobs = [...new Set(ids.map((id) => id.split('_')[0]!))];
    const tasks = new Map<string, QueuedTask>();
    for (const some of split(jobs, maxIdsPerCall)) {
      const answer = await this.#ask('squeue', [...queueOptions, '-j', some.join(',')]);
      if (answer.kind === 'answer') {
        for (const task of parseQueue(answer.text)) {
          tasks.set(task.id, task);
          this.#seen.set(task.id, task);
        }
      }
      // Of one job alone that it has forgotten Slurm says that its id is invalid.
      else if (answer.kind === 'silence' || !/invalid job id/i.test(answer.message)) return undefined;
    }
    return tasks;
  }

  /** @param task what Slurm knows, for some minutes after the end; later only what the task's own script wrote down tells */
  #stateOf(id: string, task: QueuedTask | undefined): TaskState {
    if (task && task.state !== 'failed') return task.state;
    const end = this.#submissions.endOf(id);
    if (!end) return task?.state ?? 'lost';
    if (end.code === 0) return 'done';
    return endedByRequest.includes(end.code) ? 'cancelled' : 'failed';
  }

  async #maxArraySize(): Promise<number> {
    const answer = await this.#ask('scontrol', ['show', 'config']);
    const [, size] = answer.kind === 'answer' ? (/^MaxArraySize\s*=\s*(\d+)/m.exec(answer.text) ?? []) : [];
    return size === undefined ? usualMaxArraySize : Math.max(1, Number(size));
  }
}

/** Arrays for tasks: indices begin at 0 and stay below `maxArraySize`. */
const chunks = (tasks: readonly WorkerTask[], maxArraySize: number): readonly (readonly WorkerTask[])[] =>
  split(tasks, maxArraySize);

function split<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

const plainTask = ({slot, trials, maxTrials}: WorkerTask): SubmittedTask => ({
  slot,
  ...(trials ? {trials} : {}),
  ...(maxTrials === undefined ? {} : {maxTrials}),
});

const handlesOf = ({tasks}: Submission, job: string): readonly TaskHandle[] =>
  tasks.map((task, index) => ({task, id: `${job}_${index}`}));

/** Ids for a command line. */
const compact = (handles: readonly TaskHandle[]): readonly string[] => handles.map(({id}) => id);

const unreachable = (reason: string, consequence: string): ExpError =>
  new ExpError(
    'EXECUTOR_UNAVAILABLE',
    `Slurm does not answer (${reason}): ${consequence}`,
    'try again when sinfo answers',
  );
