import {readdirSync} from 'node:fs';
import {claimAttempt, isAbandoned, isSuperseded, newestAttempt, type Worker} from '../../runs/sweep/attempts.js';
import {JournalReader, JournalWriter} from '../../runs/sweep/journal.js';
import {trialFolder, trialOf} from '../../runs/sweep/layout.js';
import {isOver, Ledger} from '../../runs/sweep/ledger.js';
import type {TrialFile} from '../../runs/sweep/records.js';
import {CurveBook} from './curve-book.js';
import type {SweepJob} from './job.js';
import {describeTrial} from './suggest.js';
import {type Attempt, trainTrial} from './train-trial.js';
import {whyToStop} from './why-to-stop.js';

export interface WorkerOptions {
  readonly worker: Worker;
  /** The trials that it may take; any by default. */
  readonly mayTake?: (trial: number) => boolean;
  /** It ends after so many attempts. */
  readonly maxTrials?: number;
  /** Ends the trial under way with a checkpoint, and the worker. */
  readonly signal: AbortSignal;
  readonly notify: (message: string) => void;
  /** The trial is somebody else's by now; must not return. */
  readonly onSuperseded: (trial: number) => never;
}

/** Why a worker ended. `idle`: nothing was left that it could do. */
export type WorkerEnd = 'idle' | 'stopped' | 'interrupted' | 'budget';

/** How often a trial is looked at: is it still ours, does somebody want the sweep to end. */
const lookMillis = 250;

/**
 * Makes trials of a sweep until none is left: claims the lowest one that is free (first of all those that an interruption left behind), asks the
 * sampler what it is, trains it and writes down what came out. Any number of workers may do so at once, on any machine that sees the folder.
 * @throws ExpError for what every trial would meet: a full disk, an engine that does not load
 */
export async function work(job: SweepJob, options: WorkerOptions): Promise<WorkerEnd> {
  const worker = new SweepWorker(job, options);
  try {
    return await worker.run();
  } finally {
    worker.close();
  }
}

interface Claimed {
  readonly trial: number;
  readonly attempt: number;
}

class SweepWorker {
  readonly #journal: JournalWriter;
  readonly #reader: JournalReader;
  readonly #ledger = new Ledger();
  readonly #stopping = new AbortController();
  readonly #curves: CurveBook;
  readonly #session: number;
  #lowestFree = 1;
  #isFirst = true;
  #lookedAt = 0;

  constructor(
    readonly job: SweepJob,
    readonly options: WorkerOptions,
  ) {
    const journal = job.folder.fileOf('journal');
    this.#journal = new JournalWriter(journal, options.worker.worker);
    this.#reader = new JournalReader(journal);
    this.#curves = new CurveBook(job.sweep.metric.goal);
    this.#session = job.folder.status?.session ?? 1;
  }

  close(): void {
    this.#journal.close();
  }

  async run(): Promise<WorkerEnd> {
    const {signal, maxTrials = Number.POSITIVE_INFINITY} = this.options;
    for (let numTrials = 0; ; numTrials++) {
      if (signal.aborted) return 'interrupted';
      if (this.job.folder.stopRequest) return 'stopped';
      if (numTrials >= maxTrials) return 'budget';
      const claimed = this.#claim();
      if (!claimed) return 'idle';
      const end = await this.#train(claimed);
      if (end.state === 'interrupted') return this.job.folder.stopRequest ? 'stopped' : 'interrupted';
    }
  }

  /** Reads on in all journals. */
  #look(): Ledger {
    this.#ledger.add(this.#reader.read());
    return this.#ledger;
  }

  /** Of what an interruption left behind, once at first and whenever nothing is new. */
  #claim(): Claimed | undefined {
    this.#look();
    const left = this.#isFirst ? this.#reclaim() : undefined;
    this.#isFirst &&= left !== undefined;
    return left ?? this.#claimNew() ?? this.#reclaim();
  }

  #reclaim(): Claimed | undefined {
    const {worker} = this.options;
    for (const trial of this.#begun()) {
      const folder = trialFolder(this.job.folder.path, trial);
      const attempt = newestAttempt(folder);
      if (this.#isFree(trial, folder, attempt) && claimAttempt(folder, attempt + 1, worker)) {
        return {trial, attempt: attempt + 1};
      }
    }
    return undefined;
  }

  /** Whether a trial that was begun may be taken up again: interrupted, its process gone, or failed with a try left. */
  #isFree(trial: number, folder: string, attempt: number): boolean {
    const known = this.#ledger.get(trial);
    const isEnded = known !== undefined && known.state !== 'running' && known.attempts === attempt;
    if (!isEnded) return (!known || !isOver(known.state)) && isAbandoned(folder, attempt, this.options.worker);
    const numFailures = this.#ledger.numFailures(trial, this.#session);
    if (known.state === 'failed') return numFailures > 0 && numFailures <= this.job.sweep.spec.retries;
    if (known.state === 'crashed') return numFailures <= this.job.sweep.spec.retries;
    return known.state === 'interrupted';
  }

  /** Numbers of trials with a folder, lowest first; those that it may take. */
  #begun(): readonly number[] {
    const {mayTake = () => true} = this.options;
    return readdirSync(this.job.folder.fileOf('trials'))
      .flatMap((name) => trialOf(name) ?? [])
      .filter(mayTake)
      .sort((a, b) => a - b);
  }

  #claimNew(): Claimed | undefined {
    const {mayTake = () => true, worker} = this.options;
    const {
      folder,
      sweep: {numTrials = Number.POSITIVE_INFINITY},
    } = this.job;
    if (this.#isPastDeadline()) return undefined;
    for (; this.#lowestFree <= numTrials; this.#lowestFree++) {
      const trial = this.#lowestFree;
      if (!mayTake(trial) || this.#ledger.has(trial)) continue;
      if (claimAttempt(trialFolder(folder.path, trial), 1, worker)) return {trial, attempt: 1};
    }
    return undefined;
  }

  #isPastDeadline(): boolean {
    const deadline = this.job.folder.status?.deadlineAt;
    return deadline !== undefined && Date.now() >= Date.parse(deadline);
  }

  async #train({trial: number, attempt}: Claimed): Promise<Attempt> {
    const {job} = this;
    const folder = trialFolder(job.folder.path, number);
    const trial = describeTrial(job, number, () => ({trials: this.#look().trials, seen: this.#reader.seen}));
    const {point, seed, values} = trial;
    const stamp = (): {at: string; session: number; trial: number; attempt: number} => ({
      at: new Date().toISOString(),
      session: this.#session,
      trial: number,
      attempt,
    });
    this.#journal.append({type: 'started', ...stamp(), point, ...(seed === undefined ? {} : {seed}), values});
    const result = await trainTrial(job, trial, {
      folder,
      signal: AbortSignal.any([this.options.signal, this.#stopping.signal]),
      notify: this.options.notify,
      onEpoch: (epoch, value) => this.#judge(trial, epoch, value),
      onStep: () => this.#checkIn(number, attempt),
    });
    if (isSuperseded(folder, attempt)) this.options.onSuperseded(number);
    this.#journal.append({type: 'ended', ...stamp(), ...result});
    this.#stopIfDone(number);
    return result;
  }

  #judge({trial}: TrialFile, epoch: number, value: number): string | undefined {
    const {pruner} = this.job.sweep;
    if (!pruner) return undefined;
    const text = Number.isFinite(value) ? value : String(value);
    this.#journal.append({type: 'reported', trial, epoch, value: text});
    return pruner.decide(this.#curves.requestFor(trial, epoch, this.#look().trials));
  }

  #checkIn(trial: number, attempt: number): void {
    const now = Date.now();
    if (now - this.#lookedAt < lookMillis) return;
    this.#lookedAt = now;
    if (isSuperseded(trialFolder(this.job.folder.path, trial), attempt)) this.options.onSuperseded(trial);
    if (this.job.folder.stopRequest?.after === 'now') this.#stopping.abort();
  }

  /** Whoever sees first that the sweep has come to its end says so to all. */
  #stopIfDone(trial: number): void {
    const why = whyToStop(this.#look(), this.job.sweep, {trial, session: this.#session});
    if (why) this.job.folder.requestStop({at: new Date().toISOString(), ...why});
  }
}
