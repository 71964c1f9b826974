import type {MetricValues} from '../training/events.js';
import type {TrainingPosition} from '../training/position.js';

/** When the monitored column was best, and all values of that moment. */
export interface BestMoment {
  readonly epoch: number;
  /** Only where it was in the middle of that epoch (`validateEverySteps`). */
  readonly step?: number;
  readonly metrics: MetricValues;
}

/** How far a run is. `running` holds while its process lives; a reader turns a dead one into `crashed`. */
export type RunState = 'running' | 'finished' | 'failed' | 'diverged' | 'interrupted';

/** Which of the runs of one command this is. They differ in seed and fold only, so that they can be compared as mean ± std. */
export interface RunGroup {
  /** Eight letters, the same in all runs of the group. */
  readonly id: string;
  /** From 1, in the order in which they are made. */
  readonly run: number;
  readonly numRuns: number;
  /** Present where the group has several seeds. */
  readonly seed?: number;
  /** From 1; present where the group has several folds. */
  readonly fold?: number;
  readonly numFolds?: number;
}

/** A process that took a run up again. */
export interface RunResume {
  readonly at: string;
  /** From where: the checkpoint, its epoch and step; epoch and step 0 without a checkpoint. */
  readonly checkpoint?: string;
  readonly epoch: number;
  readonly step: number;
  readonly exp: string;
  readonly engine: string;
  readonly device: string;
  /** `key=value` pairs laid over the run's own spec. */
  readonly overrides: readonly string[];
}

/** status.json */
export interface RunStatus {
  readonly state: RunState;
  readonly group?: RunGroup;
  /** All seeds of the group, where it has several: what its missing runs are to be made with. */
  readonly groupSeeds?: readonly number[];
  readonly pid: number;
  /** Tells the process from later ones of the same number, where the system can say. */
  readonly process?: string;
  readonly host: string;
  /** ISO 8601, UTC; as are all times in run files. */
  readonly startedAt: string;
  /** Rewritten every few seconds while the run lives. */
  readonly heartbeatAt: string;
  readonly endedAt?: string;
  /** The epoch under way or, when the run is over, the last one begun; 0 before the first. */
  readonly epoch: number;
  readonly numEpochs: number;
  /** Updates done. */
  readonly step: number;
  /** Why the run failed, diverged or was interrupted. */
  readonly message?: string;
  /** Of a trial that its sweep stopped early: why. Its state is `interrupted`. */
  readonly pruned?: string;
  /** Each time that the run was interrupted and taken up again. */
  readonly resumes?: readonly RunResume[];
  /** Metrics of the last whole epoch, when the run diverged. */
  readonly lastGood?: MetricValues;
}

/** summary.json: what came out. Present ⇔ the run finished. */
export interface RunSummary {
  /** Name of the run folder. */
  readonly run: string;
  readonly name: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly seed: number;
  readonly group?: RunGroup;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly epochs: number;
  readonly steps: number;
  readonly stoppedEarly: boolean;
  readonly metrics: {
    /** Of the last epoch. */
    readonly final: MetricValues;
    /** Of the best epoch by the monitored column; absent when nothing is monitored. */
    readonly best?: BestMoment;
    /** Of the test set, evaluated once at the end. */
    readonly test?: MetricValues;
  };
  readonly durationSeconds: {
    readonly total: number;
    /** Steps only, summed over the epochs. */
    readonly training: number;
    /** Part of them: until the step had its batch. */
    readonly waiting: number;
    /** Evaluation of the validation set, summed over the epochs. */
    readonly evaluation: number;
  };
  /** Over the training time of all epochs. */
  readonly examplesPerSecond: number;
  readonly numParameters: number;
  readonly numTrainableParameters: number;
  readonly engine: string;
  readonly device: string;
  /** SHA-256 of the raw data. */
  readonly dataFingerprint: string;
  /** Peak resident memory of the process. */
  readonly peakMemoryBytes: number;
}

/** Bytes of the CSV files of a run at some moment. */
export type CsvBytes = Readonly<Partial<Record<'metrics' | 'steps' | 'timing' | 'validation', number>>>;

/** What the times and the best moment of a run add up to so far. */
export interface SavedTotals {
  readonly trainMillis: number;
  readonly waitMillis: number;
  readonly evaluateMillis: number;
  readonly numExamples: number;
  readonly best?: BestMoment;
}

/** checkpoints/…/state.json, beside what is needed to trust the folder: the version of its format, and the SHA-256 of each file. */
export interface CheckpointState {
  /** Whole epochs done, or the one under way. */
  readonly epoch: number;
  readonly step: number;
  readonly metrics: MetricValues;
  readonly savedAt: string;
  /** Present where training can be resumed from the checkpoint. */
  readonly resume?: {
    readonly position: TrainingPosition;
    readonly csvBytes: CsvBytes;
    readonly totals: SavedTotals;
  };
}
