import {existsSync} from 'node:fs';
import path from 'node:path';
import {runFiles} from '../layout.js';
import {isAbandoned} from './attempts.js';
import {JournalReader} from './journal.js';
import {trialFolder} from './layout.js';
import {Ledger} from './ledger.js';
import {outcomeOf} from './outcome.js';
import type {SweepPlan, SweepStatus, TrialRecord} from './records.js';
import {isCoordinated, SweepFolder} from './sweep-folder.js';

/** A sweep as its folder tells it at one moment. */
export interface SweepState {
  /** Path of the folder. */
  readonly path: string;
  readonly id: string;
  readonly plan: SweepPlan;
  readonly status: SweepStatus | undefined;
  /** `waiting`: nobody works on it now and trials are missing. */
  readonly state: 'running' | 'finished' | 'stopped' | 'failed' | 'waiting';
  /** By number; those that were never begun are absent. */
  readonly trials: readonly TrialRecord[];
}

/** Follows a sweep while others write it. */
export class SweepReader {
  readonly #folder: SweepFolder;
  readonly #reader: JournalReader;
  readonly #finished = new Map<number, ReturnType<typeof outcomeOf>>();
  /** What the journals said at the last look. */
  readonly ledger = new Ledger();
  readonly plan: SweepPlan;

  /** @throws ExpError RUN_NOT_FOUND, DATA_INVALID */
  constructor(folder: string) {
    this.#folder = SweepFolder.open(folder);
    this.#reader = new JournalReader(this.#folder.fileOf('journal'));
    this.plan = this.#folder.plan;
  }

  /** What is so now. Reads only what was added; for every trial under way it looks whether its process is there. */
  look(): SweepState {
    this.ledger.add(this.#reader.read());
    const {id, status} = this.#folder;
    const trials = this.ledger.trials.map((trial) => this.#asSeen(trial));
    return {path: this.#folder.path, id, plan: this.plan, status, state: stateOf(this.#folder, trials), trials};
  }

  /** A trial as its folder shows it, where that says more than the journals: its process is gone, or somebody trained it to its end by hand. */
  #asSeen(trial: TrialRecord): TrialRecord {
    const folder = trialFolder(this.#folder.path, trial.trial);
    if (trial.state === 'running') return isAbandoned(folder, trial.attempts) ? {...trial, state: 'crashed'} : trial;
    if (trial.state === 'finished' || !existsSync(path.join(folder, runFiles.summary))) return trial;
    const known = this.#finished.get(trial.trial) ?? outcomeOf(folder, this.plan.metric);
    this.#finished.set(trial.trial, known);
    const {message: _message, ...rest} = trial;
    return {...rest, ...known, state: 'finished'};
  }
}

/** Reads a sweep folder. @throws ExpError RUN_NOT_FOUND, DATA_INVALID */
export const readSweep = (folder: string): SweepState => new SweepReader(folder).look();

function stateOf({status, stopRequest}: SweepFolder, trials: readonly TrialRecord[]): SweepState['state'] {
  if (isCoordinated(status) || trials.some(({state}) => state === 'running')) return 'running';
  // Jobs may be waiting in a queue, unless they were taken out of it.
  if (status?.state === 'submitted') return stopRequest ? 'stopped' : 'running';
  return status && status.state !== 'running' ? status.state : 'waiting';
}
