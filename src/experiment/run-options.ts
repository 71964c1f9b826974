import type {RunEnding, RunReporter} from '../report/reporter.js';
import type {GitFacts} from '../runs/git.js';
import type {RunGroup} from '../runs/records.js';
import type {RunDirectory} from '../runs/run-directory.js';
import type {PreparedExperiment} from './prepare.js';

export interface RunOptions {
  /** Where the run folder goes; `runs` by default. */
  readonly runsDir?: string;
  /** The run folder itself, where another room has made it and chosen its name; a new one in `runsDir` by default. */
  readonly folder?: string;
  /** What git says of the spec's folder, where that is known already. */
  readonly git?: Promise<GitFacts | undefined>;
  /** Is told about the run as it goes; nobody by default. */
  readonly reporter?: RunReporter;
  /** Is told what takes long before training; nobody by default. */
  readonly notify?: (message: string) => void;
  /** Aborting finishes the step under way, saves a checkpoint and ends the run as interrupted. */
  readonly signal?: AbortSignal;
  /** Only two batches of training and of each evaluation, everything else as usual, in a temporary folder that is removed. */
  readonly isSmoke?: boolean;
  /** Writes the graph of a training step into the run folder, as recorded and as optimized. */
  readonly dumpGraph?: boolean;
  /** Which run of a group this is; goes into its records. */
  readonly group?: RunGroup;
  /** All seeds of that group, where it has several. */
  readonly groupSeeds?: readonly number[];
  /** Gets the data, the model and the session before there is a run folder; what it throws ends the run. */
  readonly onPrepared?: (prepared: PreparedExperiment) => Promise<void>;
  /** Gets the run folder as soon as there is one; a second Ctrl-C marks it interrupted. */
  readonly onFolder?: (directory: RunDirectory) => void;
}

/** How the run ended and where its folder is. */
export type RunOutcome = RunEnding;
