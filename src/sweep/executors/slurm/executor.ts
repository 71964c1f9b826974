import {randomBytes} from 'node:crypto';
import type {AttemptHolder} from '../../../runs/sweep/attempts.js';
import type {Submission, SubmittedTask} from '../../../runs/sweep/submissions.js';
import {ExpError} from '../../../support/errors.js';
import type {SlurmSpec} from '../../section.js';
import type {Executor, TaskEnd, TaskHandle, TaskState, WorkerTask} from '../executor.js';
import {handlesOf, SlurmJobs, type SlurmJobsOptions, split, unreachable} from './jobs.js';
import {type ArrayJob, arrayOptions, arrayScript} from './script.js';

export interface SlurmExecutorOptions extends SlurmJobsOptions {
  /** Name of the folder: jobs are called by it, the number of the array and some letters. */
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
}

/** Indices of an array must be below this in any Slurm, unless it says otherwise. */
const usualMaxArraySize = 1001;

/** Workers as tasks of Slurm arrays, by sbatch, squeue, scancel and scontrol alone. */
export class SlurmExecutor implements Executor {
  readonly pollMillis: number;
  readonly outlivesUs = true;
  readonly #jobs: SlurmJobs;

  constructor(readonly options: SlurmExecutorOptions) {
    this.#jobs = new SlurmJobs(options);
    this.pollMillis = options.pollMillis ?? 5000;
  }

  /** What would be handed over, for --dry-run: as many scripts as there are arrays. Asks Slurm for nothing. @throws ExpError SPEC_INVALID, USAGE */
  scripts(tasks: readonly WorkerTask[]): readonly string[] {
    return split(tasks, usualMaxArraySize).map((some, index) =>
      arrayScript(this.#arrayJob(`${this.options.sweepId}.${index + 1}`, some)),
    );
  }

  /**
   * @throws ExpError EXECUTOR_UNAVAILABLE if Slurm refuses, or cannot be asked; then `reconcile` finds whatever it may have taken;
   * SPEC_INVALID for what cannot be written into a script
   */
  async submit(tasks: readonly WorkerTask[]): Promise<readonly TaskHandle[]> {
    // Before anything is recorded.
    this.scripts(tasks.slice(0, 1));
    const handles: TaskHandle[] = [];
    const arraySize = tasks.length < 100 ? usualMaxArraySize : await this.#maxArraySize();
    for (const some of split(tasks, arraySize)) {
      const submission = this.#jobs.submissions.begin((number) => this.#nameOf(number), some.map(plainTask));
      handles.push(...handlesOf(submission, await this.#submitArray(submission, some)));
    }
    return handles;
  }

  poll(handles: readonly TaskHandle[]): Promise<ReadonlyMap<string, TaskState>> {
    return this.#jobs.poll(handles);
  }

  endOf(handle: TaskHandle): TaskEnd {
    return this.#jobs.endOf(handle);
  }

  isHolder(handle: TaskHandle, holder: AttemptHolder): boolean {
    return this.#jobs.isHolder(handle, holder);
  }

  cancel(handles: readonly TaskHandle[]): Promise<void> {
    return this.#jobs.cancel(handles);
  }

  reconcile(): Promise<readonly TaskHandle[]> {
    return this.#jobs.reconcile();
  }

  /** Like no other's: folders of the same name, and copies of this one, may have jobs in the queue too. */
  #nameOf(number: number): string {
    return `${this.options.sweepId}.${number}-${randomBytes(3).toString('hex')}`;
  }

  #arrayJob(name: string, tasks: readonly WorkerTask[]): ArrayJob {
    const {spec, parallel, sweepFolder, startFolder, command} = this.options;
    const {folder: recordFolder, logPattern} = this.#jobs.submissions;
    const throttle = Math.min(spec.throttle ?? parallel, tasks.length);
    return {name, spec, tasks, sweepFolder, startFolder, command, throttle, recordFolder, logPattern};
  }

  async #submitArray(submission: Submission, tasks: readonly WorkerTask[]): Promise<string> {
    const {submissions} = this.#jobs;
    const array = this.#arrayJob(submission.name, tasks);
    const script = submissions.writeScript(submission, arrayScript(array));
    const options = arrayOptions(array).map(([name, value]) => `--${name}${value === undefined ? '' : `=${value}`}`);
    for (let isAgain = false; ; isAgain = true) {
      const answer = await this.#jobs.ask('sbatch', ['--parsable', ...options, script]);
      if (answer.kind === 'refusal') {
        submissions.conclude(submission, {refused: answer.message});
        throw new ExpError(
          'EXECUTOR_UNAVAILABLE',
          `Slurm refuses the job: ${answer.message}`,
          `mend \`slurm\` of the sweep; the script is ${script}`,
        );
      }
      // Behind a semicolon: the cluster, where there are several.
      const [, job] = answer.kind === 'answer' ? (/^(\d+)(?:;.*)?$/m.exec(answer.text) ?? []) : [];
      if (job !== undefined) {
        submissions.conclude(submission, {job});
        return job;
      }
      // It may have been taken though nobody said so; only once that is known to be not so is it handed over again.
      const found = await this.#jobs.find(submission);
      if (found !== undefined) return found;
      const reason = answer.kind === 'silence' ? answer.message : `sbatch printed ${JSON.stringify(answer.text)}`;
      if (isAgain) throw unreachable(reason, 'no job was handed over');
    }
  }

  async #maxArraySize(): Promise<number> {
    const answer = await this.#jobs.askPatiently('scontrol', ['show', 'config']);
    const [, size] = answer.kind === 'answer' ? (/^MaxArraySize\s*=\s*(\d+)/m.exec(answer.text) ?? []) : [];
    return size === undefined ? usualMaxArraySize : Math.max(1, Number(size));
  }
}

const plainTask = ({slot, trials, maxTrials}: WorkerTask): SubmittedTask => ({
  slot,
  ...(trials ? {trials} : {}),
  ...(maxTrials === undefined ? {} : {maxTrials}),
});
