/** Scores of one trial by epoch, lower is better; NaN where the metric was NaN. */
export interface LearningCurve {
  /** From 1, the trial's number in the sweep. */
  readonly trial: number;
  /** Whether it ended by itself (not pruned, not failed). */
  readonly isComplete: boolean;
  /** By epoch, from 1; an epoch that was not reported is absent. Ascending in its keys. */
  readonly scores: ReadonlyMap<number, number>;
}

/** The question after an epoch. The same question gets the same answer. */
export interface PruningRequest {
  /** Its last score is that of the epoch just reported. */
  readonly trial: LearningCurve;
  /** All others of the sweep, as far as they are known now, by number. */
  readonly others: readonly LearningCurve[];
}

/** Decides after each reported epoch whether a trial is worth going on with. */
export interface Pruner {
  /** Whether decisions depend on other trials; then shards cannot be trained independently of each other. */
  readonly comparesTrials: boolean;
  /** @returns why it is to be stopped, for people: `asha: 5th of 9 at epoch 3; the best 3 go on`; undefined to go on */
  decide(request: PruningRequest): string | undefined;
}

/** What a pruner may know besides its own words. */
export interface PruningContext {
  /** Name of the sweep: the brackets of Hyperband and ASHA are drawn by it. */
  readonly sweepName: string;
  /** What better is: scores are turned so that lower is better, bounds and messages are in the metric's own values. */
  readonly goal: 'minimize' | 'maximize';
  /** Epochs of a whole trial, where the sweep does not vary them. */
  readonly numEpochs: number | undefined;
}
