import {readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {progressIn} from '../report/sweep-of-folder.js';
import type {SweepReporter} from '../report/sweep-view.js';
import {readRun} from '../runs/run.js';
import {type AttemptHolder, newestAttempt} from '../runs/sweep/attempts.js';
import {JournalReader, JournalWriter} from '../runs/sweep/journal.js';
import {attemptFile, trialFolder} from '../runs/sweep/layout.js';
import {Ledger} from '../runs/sweep/ledger.js';
import type {SweepFolder} from '../runs/sweep/sweep-folder.js';
import {type ErrorCode, ExpError} from '../support/errors.js';
import type {Executor, TaskHandle, WorkerTask} from './executors/executor.js';
import type {Session} from './session.js';
import {workerName} from './worker-name.js';

export interface CoordinateOptions {
  readonly folder: SweepFolder;
  readonly session: Session;
  readonly executor: Executor;
  readonly tasks: readonly WorkerTask[];
  readonly reporter: SweepReporter;
  /** Ends all workers in an orderly way. */
  readonly signal: AbortSignal;
  /** Whether trials are left that a new worker could take. */
  readonly isWorkLeft: (ledger: Ledger) => boolean;
}

/** Workers that die without having begun a trial are not replaced for ever. */
const mostBarrenWorkers = 3;

/** How often trials under way are looked at. */
const progressMillis = 500;

/**
 * Has workers make the trials of a sweep and tells of it, until all workers have ended. What it knows it reads in the journals, as everybody does; itself it
 * only writes down that a worker died with its trial, and starts another one in its place.
 * @returns all that is known of the trials
 * @throws ExpError what every worker would meet
 */
export async function coordinate(options: CoordinateOptions): Promise<Ledger> {
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
  #progressAt = 0;

  constructor(readonly options: CoordinateOptions) {
    const journal = options.folder.fileOf('journal');
    this.#reader = new JournalReader(journal);
    this.#ledger.add(this.#reader.read());
    this.#journal = new JournalWriter(journal, workerName('coordinator'));
  }

  close(): void {
    this.#journal.close();
  }

  async run(): Promise<Ledger> {
    const {executor, tasks, signal, session} = this.options;
    this.#handles = [...(await executor.reconcile())];
    const taken = new Set(this.#handles.map(({task}) => task.slot));
    await this.#submit(tasks.filter(({slot}) => !taken.has(slot)));
    while (this.#handles.length > 0) {
      await sleep(executor.pollMillis);
      session.beat();
      if (signal.aborted && !this.#isCancelled) {
        this.#isCancelled = true;
        if (executor.outlivesUs) break;
        await executor.cancel(this.#handles);
      }
      await this.#poll();
      this.#tell();
    }
    this.#tell();
    if (this.#fatal) throw this.#fatal;
    return this.#ledger;
  }

  async #submit(tasks: readonly WorkerTask[]): Promise<void> {
    if (tasks.length > 0) this.#handles.push(...(await this.options.executor.submit(tasks)));
    this.options.reporter.workersChanged(this.#handles.length);
  }

  async #poll(): Promise<void> {
    const {executor, isWorkLeft, folder} = this.options;
    const states = await executor.poll(this.#handles);
    const isOver = ({id}: TaskHandle): boolean =>
      ['done', 'failed', 'cancelled', 'lost'].includes(states.get(id) ?? 'unknown');
    const over = this.#handles.filter(isOver);
    if (over.length === 0) return;
    this.#handles = this.#handles.filter((handle) => !isOver(handle));
    this.#tell();
    const again: WorkerTask[] = [];
    for (const handle of over) {
      const state = states.get(handle.id);
      if (state === 'failed' || state === 'lost') this.#bury(handle);
      const isStopping = this.#isCancelled || this.#fatal !== undefined || folder.stopRequest !== undefined;
      if (state !== 'cancelled' && !isStopping && isWorkLeft(this.#ledger)) again.push(handle.task);
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
      this.#journal.append({type: 'ended', ...stamp, state, message: end.message});
    }
    this.#tell();
    this.#numBarren = held.length > 0 ? 0 : this.#numBarren + 1;
    if (this.#numBarren < mostBarrenWorkers) return;
    const message = `${this.#numBarren} workers ended before they had begun a trial; the last one: ${end.message}`;
    this.#fatal ??= new ExpError('ENGINE_UNAVAILABLE', message, `see ${folder.fileOf('logs')}`);
  }

  #isHeldBy(handle: TaskHandle, trial: number): boolean {
    const folder = trialFolder(this.options.folder.path, trial);
    try {
      const holder: AttemptHolder = JSON.parse(
        readFileSync(path.join(folder, attemptFile(newestAttempt(folder))), 'utf8'),
      );
      return this.options.executor.isHolder(handle, holder);
    } catch {
      return false;
    }
  }

  /** Reads on, and tells what happened. */
  #tell(): void {
    const {reporter} = this.options;
    for (const entry of this.#reader.read()) {
      this.#ledger.add([entry]);
      const trial = this.#ledger.get(entry.record.trial);
      if (!trial) continue;
      if (entry.record.type === 'started') reporter.trialStarted(trial);
      else if (entry.record.type === 'ended') reporter.trialEnded(trial);
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
