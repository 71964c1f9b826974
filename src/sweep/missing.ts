import {isAbandoned} from '../runs/sweep/attempts.js';
import {trialFolder} from '../runs/sweep/layout.js';
import type {Ledger} from '../runs/sweep/ledger.js';
import type {SweepFolder} from '../runs/sweep/sweep-folder.js';
import type {LoadedSweep} from './loaded-sweep.js';
import {type Shard, shardHas} from './shard.js';

/** Which trials of a sweep are still to be made: those never begun, interrupted, left behind by a process that is gone, or with a try left. */
export class MissingTrials {
  constructor(
    readonly sweep: Pick<LoadedSweep, 'spec' | 'numTrials' | 'seeds'>,
    readonly folder: SweepFolder,
    readonly session: number,
    readonly shard?: Shard,
  ) {}

  /** By number; of a sweep without a planned number only those that were begun. */
  list(ledger: Ledger): readonly number[] {
    return [...this.#numbers(ledger)].filter((trial) => this.#isMissing(ledger, trial));
  }

  /** Whether a worker would find something to do. @param among the trials that it may take; any by default */
  isAny(ledger: Ledger, among?: readonly number[]): boolean {
    if (this.sweep.numTrials === undefined && !this.isPastDeadline) return true;
    const mayTake = among && new Set(among);
    for (const trial of this.#numbers(ledger)) {
      if ((mayTake?.has(trial) ?? true) && this.#isMissing(ledger, trial)) return true;
    }
    return false;
  }

  get isPastDeadline(): boolean {
    const deadline = this.folder.status?.deadlineAt;
    return deadline !== undefined && Date.now() >= Date.parse(deadline);
  }

  *#numbers(ledger: Ledger): Iterable<number> {
    const {numTrials, seeds} = this.sweep;
    if (numTrials === undefined) {
      for (const {trial} of ledger.trials) yield trial;
      return;
    }
    const isNewAllowed = !this.isPastDeadline;
    for (let trial = 1; trial <= numTrials; trial++) {
      if (this.shard && !shardHas(this.shard, trial, seeds.length)) continue;
      if (isNewAllowed || ledger.has(trial)) yield trial;
    }
  }

  #isMissing(ledger: Ledger, trial: number): boolean {
    const known = ledger.get(trial);
    const numFailures = ledger.numFailures(trial, this.session);
    switch (known?.state) {
      case undefined:
      case 'waiting':
      case 'interrupted':
        return true;
      case 'running':
        return isAbandoned(trialFolder(this.folder.path, trial), known.attempts);
      case 'crashed':
        return numFailures <= this.sweep.spec.retries;
      case 'failed':
        return numFailures > 0 && numFailures <= this.sweep.spec.retries;
      default:
        return false;
    }
  }
}
