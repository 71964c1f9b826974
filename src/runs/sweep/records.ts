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
  /** A trial was claimed (`attempt` 1) or taken up again. */
  | {
      readonly type: 'started';
      readonly at: string;
      /** How often the sweep had been begun and resumed by then, from 1. */
      readonly session: number;
      readonly trial: number;
      readonly attempt: number;
      /** The point of the space, from 1: with several seeds, trials share a point. */
      readonly point: number;
      readonly seed?: number;
      readonly values: Readonly<Record<string, PlainValue>>;
    }
  /** The sweep's metric after an epoch; only written where a pruner asks for it. NaN and infinities are the texts `NaN`, `Infinity`, `-Infinity`. */
  | {readonly type: 'reported'; readonly trial: number; readonly epoch: number; readonly value: number | string}
  /** How an attempt ended. */
  | {
      readonly type: 'ended';
      readonly at: string;
      readonly session: number;
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
      /** It would fail again in the same way: no retry. */
      readonly isFinal?: true;
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

/** sweep.json: what is fixed when a sweep begins. */
export interface SweepPlan {
  /** Of this file. */
  readonly format: 1;
  readonly name: string;
  readonly createdAt: string;
  readonly exp: string;
  /** Absolute folder that relative paths of the experiment start from. */
  readonly baseDir: string;
  /** Absolute path of the sweep file. */
  readonly spec: string;
  /** `grid`, `tpe`, … */
  readonly sampler: string;
  readonly pruner?: string;
  readonly metric: {readonly name: string; readonly goal: 'minimize' | 'maximize'};
  /** Names of the parameters, in their order. */
  readonly parameters: readonly string[];
  /** Present with several: trials 1 … numSeeds are of point 1, the next ones of point 2. */
  readonly seeds?: readonly number[];
  /** Absent where only a time or a target ends the sweep. */
  readonly numTrials?: number;
  readonly target?: number;
  readonly maxMinutes?: number;
  /** Trials that may fail without the sweep counting as failed. */
  readonly allowFailures: number;
  /** Cores of each trial; a trial's numbers may follow from them, so they hold for good. */
  readonly threads: number;
  /** Epochs of a whole trial, where they do not vary. */
  readonly numEpochs?: number;
  /** What else is needed to load the sweep again. */
  readonly facts: object;
}

/** status.json of a sweep: who coordinates it. */
export interface SweepStatus {
  /** `submitted`: its workers are jobs of a cluster, and nobody waits for them. */
  readonly state: 'running' | 'submitted' | 'finished' | 'stopped' | 'failed';
  /** How often it has been begun and resumed, from 1. */
  readonly session: number;
  readonly executor: string;
  readonly pid: number;
  readonly process?: string;
  readonly host: string;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  readonly endedAt?: string;
  /** No trial is begun after this time. */
  readonly deadlineAt?: string;
  /** `1/4`: this folder holds a part of the trials. */
  readonly shard?: string;
  /** Why it stopped or failed. */
  readonly message?: string;
}

/** stop.json: somebody wants the sweep to end. */
export interface StopRequest {
  readonly at: string;
  /** `trial`: when the trials under way are done. `now`: each saves a checkpoint and ends. */
  readonly after: 'trial' | 'now';
  /** Who wants it: a person, the sweep's target, or too many failures. */
  readonly by: 'user' | 'target' | 'failures';
  readonly why: string;
}
