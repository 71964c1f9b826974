import {readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {progressIn} from '../report/sweep-of-folder.js';
import type {SweepReporter} from '../report/sweep-view.js';
import {readRun} from '../runs/run.js';
import {type AttemptHolder, isAbandoned, newestAttempt} from '../runs/sweep/attempts.js';
import {JournalReader, JournalWriter} from '../runs/sweep/journal.js';
import {attemptFile, trialFolder} from '../runs/sweep/layout.js';
import {Ledger} from '../runs/sweep/ledger.js';
import type {TrialRecord} from '../runs/sweep/records.js';
import type {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {type ErrorCode, ExpError} from '../support/errors.js';
import type {Executor, TaskHandle, WorkerTask} from './executors/executor.js';
import type {Session} from './session.js';
import {workerName} from './worker-name.js';

export interface CoordinateOptions {
  readonly folder: SweepFolder;
  readonly session: Session;
  readonly executor: Executor;
  /** The workers that what is missing takes, by what is known when none of an earlier process is forgotten. */
  readonly tasksFor: (ledger: Ledger) => readonly WorkerTask[];
  readonly reporter: SweepReporter;
  /** Ends all workers in an orderly way. */
  readonly signal: AbortSignal;
  /** Whether trials are left that a new worker for the task could take. */
  readonly isWorkLeft: (ledger: Ledger, task: WorkerTask) => boolean;
  /** Whether to stay until all workers have ended; only where they go on without us there is a choice. */
  readonly stays: boolean;
}

/** Workers that die without having begun a trial are not replaced for ever. */
const mostBarrenWorkers = 3;

/** How often trials under way are looked at. */
const progressMillis = 500;

/**
 * Has workers make the trials of a sweep and tells of it, until all workers have ended. What it knows it reads in the journals, as everybody does; itself it
 * only writes down that a worker died with its trial, and starts another one in its place.
 * @returns all that is known of the trials, and the tasks that go on without us
 * @throws ExpError what every worker would meet
 */
export async function coordinate(
  options: CoordinateOptions,
): Promise<{readonly ledger: Ledger; readonly left: readonly TaskHandle[]}> {
  const coordinator = new Coordinator(options);
  try {
    return await coordinator.run();
  } finally {
    coordinator.close();
  }
}

class Coordinator {
  readonly #ledger = new Ledger();
  readonly #reader: JournalReader;
  readonly #journal: JournalWriter;
  #handles: TaskHandle[] = [];
  #fatal: ExpError | undefined;
  #isCancelled = false;
  #numBarren = 0;
  #numStarted = 0;
  #numStartedBefore = 0;
  #progressAt = 0;
  #polledAt = 0;

  constructor(readonly options: CoordinateOptions) {
    const journal = options.folder.fileOf('journal');
    this.#reader = new JournalReader(journal);
    this.#ledger.add(this.#reader.read());
    this.#journal = new JournalWriter(journal, workerName('coordinator'));
  }

  close(): void {
    this.#journal.close();
  }

  async run(): ReturnType<typeof coordinate> {
    try {
      return await this.#coordinate();
    } catch (error) {
      await this.#dismiss();
      throw error;
    }
  }

  /** Workers that live with us do not outlive a failure of ours, such as a full disk. */
  async #dismiss(): Promise<void> {
    const {executor} = this.options;
    if (executor.outlivesUs) return;
    await executor.cancel(this.#handles);
    for (let left = this.#handles; left.length > 0; ) {
      await sleep(executor.pollMillis);
      const states = await executor.poll(left);
      left = left.filter(({id}) => states.get(id) === 'running');
    }
  }

  async #coordinate(): ReturnType<typeof coordinate> {
    const {executor, signal, session, stays, tasksFor} = this.options;
    this.#handles = [...(await executor.reconcile())];
    this.#releaseOrphans();
    await this.#submit(tasksBeside(tasksFor(this.#ledger), this.#handles));
    if (!stays) return {ledger: this.#ledger, left: this.#handles};
    while (this.#handles.length > 0 || (await this.#isWorthWaiting())) {
      await sleep(Math.min(executor.pollMillis, progressMillis));
      session.beat();
      if (signal.aborted && !this.#isCancelled) {
        this.#isCancelled = true;
        if (executor.outlivesUs) break;
        await executor.cancel(this.#handles);
      }
      if (Date.now() - this.#polledAt >= executor.pollMillis) await this.#poll();
      this.#tell();
    }
    this.#tell();
    if (this.#fatal) throw this.#fatal;
    return {ledger: this.#ledger, left: this.#handles};
  }

  get #isStopping(): boolean {
    return this.#isCancelled || this.#fatal !== undefined || this.options.folder.stopRequest !== undefined;
  }

  /** Workers of an earlier process may still be at their trials; they end them, or leave them for us. */
  async #isWorthWaiting(): Promise<boolean> {
    const {executor, folder, tasksFor} = this.options;
    // Of a scheduler's jobs all are known, also those of an earlier process.
    if (executor.outlivesUs || this.#isStopping || this.#numBarren >= mostBarrenWorkers) return false;
    await this.#submit(tasksFor(this.#ledger));
    if (this.#handles.length > 0) return true;
    const isHeld = ({trial, state, attempts}: TrialRecord): boolean =>
      state === 'running' && !isAbandoned(trialFolder(folder.path, trial), attempts);
    return this.#ledger.trials.some(isHeld);
  }

  async #submit(tasks: readonly WorkerTask[]): Promise<void> {
    if (tasks.length > 0) this.#handles.push(...(await this.options.executor.submit(tasks)));
    this.options.reporter.workersChanged(this.#handles.length);
  }

  async #poll(): Promise<void> {
    const {executor, isWorkLeft} = this.options;
    const states = await executor.poll(this.#handles);
    this.#polledAt = Date.now();
    const isOver = ({id}: TaskHandle): boolean =>
      ['done', 'failed', 'cancelled', 'lost'].includes(states.get(id) ?? 'unknown');
    const over = this.#handles.filter(isOver);
    if (over.length === 0) return;
    this.#handles = this.#handles.filter((handle) => !isOver(handle));
    this.#tell();
    for (const handle of over) if (['failed', 'lost'].includes(states.get(handle.id)!)) this.#bury(handle);
    this.#releaseOrphans();
    const again: WorkerTask[] = [];
    for (const handle of over) {
      const state = states.get(handle.id);
      this.#numBarren = this.#numStarted > this.#numStartedBefore ? 0 : this.#numBarren + 1;
      this.#numStartedBefore = this.#numStarted;
      const mayGoOn = state !== 'cancelled' && !this.#isStopping && this.#numBarren < mostBarrenWorkers;
      if (mayGoOn && isWorkLeft(this.#ledger, handle.task)) again.push(handle.task);
    }
    await this.#submit(again);
  }

  /** Writes down what a worker that died had under way. */
  #bury(handle: TaskHandle): void {
    const {executor, folder, session} = this.options;
    const end = executor.endOf(handle) ?? {message: 'its worker is gone'};
    const {error} = end;
    if (error) {
      this.#fatal ??= new ExpError(error.code as ErrorCode, error.message, error.hint);
      folder.requestStop({at: new Date().toISOString(), after: 'now', by: 'failures', why: error.message});
      return;
    }
    const held = this.#ledger.trials.filter(({trial, state}) => state === 'running' && this.#isHeldBy(handle, trial));
    for (const {trial, attempts} of held) {
      const state = end.isFailure ? 'failed' : 'crashed';
      const stamp = {at: new Date().toISOString(), session: session.number, trial, attempt: attempts};
      const isFinal = end.isFinal ? ({isFinal: true} as const) : {};
      this.#journal.append({type: 'ended', ...stamp, state, message: end.message, ...isFinal});
    }
    this.#tell();
    if (held.length > 0 || this.#numBarren + 1 < mostBarrenWorkers) return;
    const message = `${mostBarrenWorkers} workers ended before they had begun a trial; the last one: ${end.message}`;
    this.#fatal ??= new ExpError('ENGINE_UNAVAILABLE', message, `see ${folder.fileOf('logs')}`);
  }

  /** Trials of jobs that ended while nobody looked: their hosts need not be heard of again before somebody goes on with them. */
  #releaseOrphans(): void {
    const {executor, session} = this.options;
    if (!executor.outlivesUs) return;
    for (const {trial, attempts, state} of this.#ledger.trials) {
      const holder = state === 'running' ? this.#holderOf(trial) : undefined;
      if (!holder?.task || this.#handles.some((handle) => executor.isHolder(handle, holder))) continue;
      const stamp = {at: new Date().toISOString(), session: session.number, trial, attempt: attempts};
      this.#journal.append({type: 'ended', ...stamp, state: 'interrupted', message: `job ${holder.task.id} is gone`});
    }
    this.#tell();
  }

  #isHeldBy(handle: TaskHandle, trial: number): boolean {
    const holder = this.#holderOf(trial);
    return holder !== undefined && this.options.executor.isHolder(handle, holder);
  }

  #holderOf(trial: number): AttemptHolder | undefined {
    const folder = trialFolder(this.options.folder.path, trial);
    try {
      return JSON.parse(readFileSync(path.join(folder, attemptFile(newestAttempt(folder))), 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** Reads on, and tells what happened. */
  #tell(): void {
    const {reporter} = this.options;
    for (const entry of this.#reader.read()) {
      this.#ledger.add([entry]);
      const trial = this.#ledger.get(entry.record.trial);
      if (!trial) continue;
      if (entry.record.type === 'started') {
        this.#numStarted++;
        reporter.trialStarted(trial);
      }
      if (entry.record.type === 'ended') reporter.trialEnded(trial);
    }
    if (Date.now() - this.#progressAt < progressMillis) return;
    this.#progressAt = Date.now();
    for (const {trial, state} of this.#ledger.trials) if (state === 'running') this.#tellProgress(trial);
  }

  #tellProgress(trial: number): void {
    const {folder, reporter} = this.options;
    reporter.trialProgress(trial, progressIn(readRun(trialFolder(folder.path, trial)), folder.plan.metric.name));
  }
}

/** What is to be started besides the tasks that are there: no second one for a slot, or for a trial. */
function tasksBeside(tasks: readonly WorkerTask[], there: readonly TaskHandle[]): readonly WorkerTask[] {
  const slots = new Set(there.map(({task}) => task.slot));
  const trials = new Set(there.flatMap(({task}) => task.trials ?? []));
  return tasks.flatMap((task): WorkerTask[] => {
    if (!task.trials) return slots.has(task.slot) ? [] : [task];
    const others = task.trials.filter((trial) => !trials.has(trial));
    return others.length > 0 ? [{...task, trials: others}] : [];
  });
}
