import type {Goal} from '../comparison/goal.js';
import type {TrialRecord} from '../runs/sweep/records.js';

/**
 * How a sweep is. `stopping`: asked to stop, and its workers have not all ended. `interrupted`: nobody works on it, and trials are missing.
 * `failed`: it gave up because too many trials failed.
 */
export type SweepStanding = 'running' | 'stopping' | 'finished' | 'stopped' | 'interrupted' | 'failed';

/** What a sweep is to come to, and how far it is: all that screens show of it. Trials are as the journals tell them. */
export interface SweepView {
  readonly name: string;
  /** The sweep folder. */
  readonly folder: string;
  /** What trials are ranked by; a goal that nobody stated is the metric's own. */
  readonly metric: {readonly name: string; readonly goal: NonNullable<Goal>};
  /** `tpe`, `grid`. */
  readonly sampler: string;
  /** `asha`. */
  readonly pruner?: string;
  /** `local`, `slurm`. */
  readonly executor?: string;
  /** Names of the parameters, in the order of the sweep file. */
  readonly parameters: readonly string[];
  /** Where each point is trained with several. */
  readonly seeds?: readonly number[];
  /** Trials that there are to be at most; absent where only a budget ends the sweep. */
  readonly numPlanned?: number;
  /** Epochs of a whole trial, where they do not vary. */
  readonly numEpochs?: number;
  /** What ends the sweep before all trials are done. */
  readonly budget?: {readonly maxMinutes?: number; readonly target?: number};
  /** `1/4`: the folder holds a part of the trials. */
  readonly shard?: string;
  /** Workers that are at it. */
  readonly numWorkers?: number;
  readonly state: SweepStanding;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it ended before all trials were done: `the target was reached`, `5 trials failed in a row`. */
  readonly reason?: string;
  /** By number. Trials that nobody began are absent. */
  readonly trials: readonly TrialRecord[];
}

/** How far a running trial is. */
export interface TrialProgress {
  /** Whole epochs done. */
  readonly epoch: number;
  readonly numEpochs?: number;
  /** The sweep's metric of the last of them. */
  readonly value?: number;
}

/** Somebody who is told about a sweep as it goes: a terminal, a log file, a program that reads JSON lines. */
export interface SweepReporter {
  /** First of all; with the trials there are, when a sweep is taken up again. */
  sweepStarted(view: SweepView): void;
  /** A trial was claimed, or taken up again. */
  trialStarted(trial: TrialRecord): void;
  /** As often as one likes. */
  trialProgress(trial: number, progress: TrialProgress): void;
  /** It ended, in whatever state; may be told again of a trial that is tried once more. */
  trialEnded(trial: TrialRecord): void;
  /** How many workers there are now. */
  workersChanged(numWorkers: number): void;
  warn(message: string): void;
  /** Last of all: prints the ranking, and how to go on. */
  sweepEnded(view: SweepView): void;
  /** Takes down whatever is live on the screen; also called when the sweep throws. */
  close(): void;
}

/** Which reporter. */
export interface SweepReporterOptions {
  /** JSON lines instead of text. */
  readonly json: boolean;
  /** Only how it ended. */
  readonly quiet: boolean;
  /** Milliseconds between two lines about how far it is, where there is no terminal; a minute by default. */
  readonly summaryMillis?: number;
}
