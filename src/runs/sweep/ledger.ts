import type {JournalEntry} from './journal.js';
import type {SweepRecord, TrialRecord, TrialState} from './records.js';

interface Known {
  trial: number;
  point: number;
  seed?: number;
  values: TrialRecord['values'];
  /** The newest attempt that was begun. */
  attempt: number;
  startedAt: string;
  /** The newest attempt that ended. */
  ended?: Extract<SweepRecord, {type: 'ended'}>;
  reported: Map<number, number>;
  /** Attempts that failed or crashed, by session. */
  failures: Map<number, number>;
}

/** What all journals together say of each trial. Records may come in any order between journals. */
export class Ledger {
  readonly #trials = new Map<number, Known>();
  /** Reports and endings of trials whose start is in a journal not read yet. */
  readonly #waiting = new Map<number, SweepRecord[]>();

  add(entries: Iterable<Pick<JournalEntry, 'record'>>): void {
    for (const {record} of entries) this.#take(record);
  }

  /** By number. */
  get trials(): readonly TrialRecord[] {
    return [...this.#trials.values()].sort((a, b) => a.trial - b.trial).map(recordOf);
  }

  get(trial: number): TrialRecord | undefined {
    const known = this.#trials.get(trial);
    return known && recordOf(known);
  }

  has(trial: number): boolean {
    return this.#trials.has(trial);
  }

  /** How many attempts at a trial failed or crashed since the sweep was begun or resumed for the last time. */
  numFailures(trial: number, session: number): number {
    return this.#trials.get(trial)?.failures.get(session) ?? 0;
  }

  #take(record: SweepRecord): void {
    if (record.type === 'started') {
      this.#start(record);
      return;
    }
    const known = this.#trials.get(record.trial);
    if (!known) {
      const waiting = this.#waiting.get(record.trial) ?? [];
      waiting.push(record);
      this.#waiting.set(record.trial, waiting);
      return;
    }
    if (record.type === 'reported') {
      known.reported.set(record.epoch, Number(record.value));
      return;
    }
    if (record.state === 'failed' || record.state === 'crashed') {
      const before = known.failures.get(record.session) ?? 0;
      known.failures.set(record.session, record.isFinal ? Number.POSITIVE_INFINITY : before + 1);
    }
    // What two processes say of one attempt (the worker, and a coordinator that took it for dead) may differ: an outcome outweighs a crash.
    const before = known.ended;
    const isNewer = !before || record.attempt > before.attempt;
    if (isNewer || (record.attempt === before.attempt && before.state === 'crashed')) known.ended = record;
  }

  #start(record: Extract<SweepRecord, {type: 'started'}>): void {
    const {trial, point, seed, values, attempt, at} = record;
    const known = this.#trials.get(trial);
    if (known) {
      known.attempt = Math.max(known.attempt, attempt);
      if (at < known.startedAt) known.startedAt = at;
      return;
    }
    this.#trials.set(trial, {
      trial,
      point,
      ...(seed === undefined ? {} : {seed}),
      values,
      attempt,
      startedAt: at,
      reported: new Map(),
      failures: new Map(),
    });
    const waiting = this.#waiting.get(trial) ?? [];
    this.#waiting.delete(trial);
    for (const later of waiting) this.#take(later);
  }
}

/** States after which a trial is not taken up again by itself. */
export const isOver = (state: TrialState): boolean => ['finished', 'pruned', 'failed', 'diverged'].includes(state);

function recordOf({trial, point, seed, values, attempt, startedAt, ended, reported}: Known): TrialRecord {
  const isRunning = !ended || ended.attempt < attempt;
  const {at, value, epoch, epochs, seconds, message} = isRunning ? ({} as Partial<NonNullable<typeof ended>>) : ended;
  return {
    trial,
    point,
    ...(seed === undefined ? {} : {seed}),
    values,
    state: isRunning ? 'running' : ended.state,
    attempts: attempt,
    startedAt,
    ...(at === undefined ? {} : {endedAt: at}),
    ...(value === undefined ? {} : {value}),
    ...(epoch === undefined ? {} : {epoch}),
    ...(epochs === undefined ? {} : {epochs}),
    ...(seconds === undefined ? {} : {seconds}),
    ...(message === undefined ? {} : {message}),
    reported,
  };
}
