import type {Goal} from '../../comparison/goal.js';
import type {Series} from '../../runs/series.js';

/** A number, text or truth value as JSON has it; null where a run has none. Numbers that are not finite are text. */
export type PlainValue = number | string | boolean | null;

/** What a page of runs is made of: embedded in a report, sent by `exp watch`. Every text may come from a hostile run. */
export interface PageData {
  readonly mode: 'report' | 'watch';
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of exp. */
  readonly version: string;
  readonly overview: Overview;
  /** Of which runs are trials. */
  readonly sweeps?: readonly SweepData[];
  /** In the order in which they were found. */
  readonly runs: readonly RunData[];
}

/** The comparison: what is computed of all runs together. */
export interface Overview {
  readonly columns: readonly ColumnData[];
  readonly rows: readonly RowData[];
  /** What the rows are held against. */
  readonly baseline?: BaselineData;
  /** Who is ahead, by how much, and whether that may be chance. */
  readonly verdict?: string;
  /** What stands below the table. */
  readonly notes: readonly string[];
  /** The column that rows are sorted by. */
  readonly sortedBy?: number;
  /** Settings that are not the same in all runs, seeds and folds left out. */
  readonly settings: readonly SettingData[];
  /** What the importance of settings was measured by. */
  readonly importanceOf?: ImportanceNote;
}

/** What stands beside the bars of importance. */
export interface ImportanceNote {
  readonly metric: string;
  readonly numRuns: number;
  /** Of them, counted as the worst. */
  readonly numDiverged: number;
}

/** A baseline beside the rows. */
export interface BaselineData {
  readonly name: string;
  /** Its rows that are not among those of the table: of runs that are not in it, or of a file. */
  readonly rows: readonly {readonly label: string; readonly title: string; readonly cells: readonly CellData[]}[];
}

/** A column of the table. */
export interface ColumnData {
  /** Short: the last keys of a setting. */
  readonly title: string;
  /** `training.optimizer.learningRate` */
  readonly name: string;
  readonly goal?: NonNullable<Goal>;
  readonly kind: 'setting' | 'metric' | 'fact';
}

/** A row: one run, or runs that differ in seed and fold only. */
export interface RowData {
  /** What tells it from the other rows. */
  readonly label: string;
  /** Run folder, or the name and how many. */
  readonly name: string;
  readonly state: string;
  /** Ids. */
  readonly runs: readonly string[];
  readonly cells: readonly CellData[];
  /** It is what others are held against. */
  readonly isBaseline?: true;
}

/** A cell of a row. */
export interface CellData {
  readonly text: string;
  /** To sort by: the mean over several runs. */
  readonly value: PlainValue;
  /** `95 % interval 0.91 to 0.99, n = 3` */
  readonly detail?: string;
  readonly isBest?: true;
  readonly isWithinNoise?: true;
  readonly delta?: DeltaData;
}

/** How far a value is from the baseline's. */
export interface DeltaData {
  /** `Δ +0.0031`, with `≈` where it may be chance. */
  readonly text: string;
  /** `+0.0031 from the baseline's 0.9722 ± 0.0241; Welch's p = 0.0023` */
  readonly detail: string;
  /** Absent where nobody knows, the two are equal, or it may be chance. */
  readonly isBetter?: boolean;
}

/** A setting that differs. */
export interface SettingData {
  readonly title: string;
  readonly path: string;
  /** Share of the variance of the metric's ranks, 0 to 1; absent where it cannot be said. */
  readonly share?: number;
  /** Of the Kruskal–Wallis test. */
  readonly p?: number;
  /** Spearman's correlation of a numeric setting with the metric, positive where larger settings go with larger values. */
  readonly correlation?: number;
}

/** A table that a metric made of a set, such as a confusion matrix. */
export interface TableData {
  readonly name: string;
  readonly split: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A run. */
export interface RunData {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly state: string;
  readonly seed?: number;
  readonly startedAt?: string;
  /** Epochs asked for. */
  readonly numEpochs?: number;
  /** Why it failed, diverged or was interrupted. */
  readonly message?: string;
  readonly warnings: readonly string[];
  /** Names and values for its heading: duration, parameters, … */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** By column of the table. */
  readonly values: readonly PlainValue[];
  readonly texts: readonly string[];
  /** By {@link Overview.settings}. */
  readonly settings: readonly PlainValue[];
  /** resolved.yaml as plain data. */
  readonly spec?: unknown;
  /** plan.json, without what transforms learnt. */
  readonly plan?: unknown;
  /** environment.json */
  readonly environment?: unknown;
  readonly tables: readonly TableData[];
  /** Tables that were too large to embed: `confusion-matrix.test`. */
  readonly tablesLeftOut: readonly string[];
  /** metrics.csv with `time`, the seconds of training and validation so far, where timing.csv has them. */
  readonly epochs: Series;
  /** steps.csv: `step`, `epoch` and `batchLoss`. */
  readonly steps: Series;
}

/** A sweep of which runs are trials. */
export interface SweepData {
  /** Name of its folder. */
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly metric: string;
  readonly goal: NonNullable<Goal>;
  /** `tpe with asha, 3 seeds a point` */
  readonly how: string;
  /** `23 of 100 trials in 4 min 12 s: 18 finished, 5 running` */
  readonly progress: string;
  readonly numOver: number;
  readonly numPlanned?: number;
  /** What the best is, and what matters. */
  readonly best?: string;
  readonly importance?: string;
  /** Why trials failed, alike ones together. */
  readonly failures: readonly string[];
  /** The best points. */
  readonly ranked: readonly SweepRank[];
  /** Trials that have a value of the metric, by number. */
  readonly points: readonly SweepPoint[];
}

/** A point of a sweep's space in its ranking. */
export interface SweepRank {
  /** Absent of what does not count: pruned, failed, under way. */
  readonly rank?: number;
  /** `0.9891 ± 0.0012` */
  readonly value: string;
  /** `pruned at 3` */
  readonly outcome: string;
  readonly state: string;
  /** `learningRate 0.001, batchSize 64` */
  readonly settings: string;
  /** Ids of its runs. */
  readonly runs: readonly string[];
  readonly isWithinNoise?: true;
}

/** A trial of a sweep in the chart. */
export interface SweepPoint {
  readonly trial: number;
  readonly state: string;
  readonly value: number;
  /** Id of the run. */
  readonly run: string;
  /** The best mean of a point all of whose seeds had finished by then. */
  readonly best?: number;
}
