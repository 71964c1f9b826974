import type {AttemptHolder} from '../../runs/sweep/attempts.js';

/** A worker to be started: a process that claims trials of a sweep, trains them and records them, until nothing is left to do. */
export interface WorkerTask {
  /** Which of the workers: 0, 1, …; also the index in a Slurm array. */
  readonly slot: number;
  /** The trials that it may take; any by default. */
  readonly trials?: readonly number[];
  /** The part of the trials that it may take. */
  readonly shard?: {readonly index: number; readonly count: number};
  /** `device` of its trials, where the experiment leaves open which one of several it is. */
  readonly device?: string;
  /** It ends after so many trials; any number by default. */
  readonly maxTrials?: number;
}

/** What the executor calls a task that it accepted: a process number, `4711_3`. */
export interface TaskHandle {
  readonly task: WorkerTask;
  readonly id: string;
}

/** `lost`: gone without saying how it ended. `unknown`: nobody can be asked now; it counts as running. */
export type TaskState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost' | 'unknown';

/** How a task came to an end that it did not choose. */
export interface TaskEnd {
  /** For people: `killed by SIGKILL`. */
  readonly message: string;
  /** Every other worker would end in the same way: a full disk, an engine that does not load. */
  readonly error?: {readonly code: string; readonly message: string; readonly hint?: string};
  /** Its trial failed rather than crashed: it took more memory than it may. */
  readonly isFailure?: boolean;
  /** It would fail again: no retry. */
  readonly isFinal?: boolean;
}

/** Where workers run. All of them run the same worker on the same folder, so that an executor never knows what a trial is. */
export interface Executor {
  /** How long to wait between two polls. */
  readonly pollMillis: number;
  /** Whether workers go on when the process that submitted them ends. */
  readonly outlivesUs: boolean;
  submit(tasks: readonly WorkerTask[]): Promise<readonly TaskHandle[]>;
  /** @returns the state of each handle, by its id */
  poll(handles: readonly TaskHandle[]): Promise<ReadonlyMap<string, TaskState>>;
  /** Why a task that is `failed` or `lost` ended. */
  endOf(handle: TaskHandle): TaskEnd | undefined;
  /** Whether a claim was made by this task. */
  isHolder(handle: TaskHandle, holder: AttemptHolder): boolean;
  /** Ends tasks in an orderly way: each saves a checkpoint of its trial. */
  cancel(handles: readonly TaskHandle[]): Promise<void>;
  /** Tasks of this sweep that an earlier process submitted and that may still be there. */
  reconcile(): Promise<readonly TaskHandle[]>;
}
