import type {MetricValues} from '../../training/events.js';

/** A value of the YAML. */
export type PlainValue =
  | number
  | string
  | boolean
  | null
  | readonly PlainValue[]
  | {readonly [key: string]: PlainValue};

/** How a trial is known to stand. `crashed`: its process is gone and nobody has taken it up. */
export type TrialState =
  | 'waiting'
  | 'running'
  | 'finished'
  | 'pruned'
  | 'failed'
  | 'diverged'
  | 'interrupted'
  | 'crashed';

/** How many records of each journal a suggestion was made with, by the journal's name: these are the ids of the records. */
export type SeenRecords = Readonly<Record<string, number>>;

/**
 * A line of a journal. One process alone writes a journal, and only ever appends to it; a torn last line is ignored. Together they are
 * everything that happened in a sweep.
 */
export type SweepRecord =
  /** A trial was claimed (`attempt` 1) or taken up again. `values`, `seen`: of attempt 1 only. */
  | {
      readonly type: 'started';
      readonly at: string;
      readonly trial: number;
      readonly attempt: number;
      /** The point of the space, from 1: with several seeds, trials share a point. */
      readonly point: number;
      readonly seed?: number;
      readonly values?: Readonly<Record<string, PlainValue>>;
      readonly seen?: SeenRecords;
    }
  /** The sweep's metric after an epoch; only written where a pruner asks for it. NaN and infinities are the texts `NaN`, `Infinity`, `-Infinity`. */
  | {readonly type: 'reported'; readonly trial: number; readonly epoch: number; readonly value: number | string}
  /** How an attempt ended. */
  | {
      readonly type: 'ended';
      readonly at: string;
      readonly trial: number;
      readonly attempt: number;
      readonly state: Exclude<TrialState, 'waiting' | 'running'>;
      /** The sweep's metric, by its goal the best epoch's; absent where there is none. */
      readonly value?: number;
      /** The epoch of `value`. */
      readonly epoch?: number;
      /** Epochs trained. */
      readonly epochs?: number;
      readonly seconds?: number;
      /** Why it failed, diverged or was pruned. */
      readonly message?: string;
      readonly metrics?: MetricValues;
    };

/** trial.json in the folder of a trial: what makes the run one of a sweep. */
export interface TrialFile {
  /** From 1; the folder's name. */
  readonly trial: number;
  readonly point: number;
  readonly seed?: number;
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly seen: SeenRecords;
}

/** One trial as the journals tell it. */
export interface TrialRecord {
  readonly trial: number;
  readonly point: number;
  readonly seed?: number;
  readonly values: Readonly<Record<string, PlainValue>>;
  readonly state: TrialState;
  /** How often it was begun or taken up. */
  readonly attempts: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly value?: number;
  readonly epoch?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly message?: string;
  /** By epoch, as reported. */
  readonly reported: ReadonlyMap<number, number>;
}
