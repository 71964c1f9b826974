import type {DatasetInfo} from '../data/dataset.js';
import type {LayerSummary} from '../model/built-model.js';
import type {InitialWeights} from '../runs/initial-weights.js';
import type {RunGroup, RunSummary} from '../runs/records.js';
import type {Shape} from '../support/tensor.js';
import type {MetricValues, TrainingEvent} from '../training/events.js';
import type {CompileMillis} from '../training/session.js';
import type {GroupEnding} from './group.js';

/** What is about to be trained, known before the first step. */
export interface RunPlan {
  readonly name: string;
  readonly description?: string;
  /** The run folder; absent in a dry run. */
  readonly path?: string;
  readonly seed: number;
  /** Which run of a group this is. */
  readonly group?: RunGroup;
  /** Where a run that was interrupted goes on; without a checkpoint from the beginning. */
  readonly resumed?: {
    readonly checkpoint?: string;
    readonly epoch: number;
    readonly step: number;
    readonly isWithinEpoch: boolean;
  };
  /** The source's type, `mnist`. */
  readonly source: string;
  readonly data: DatasetInfo;
  /** Where examples are kept. */
  readonly storage?: 'memory' | 'disk';
  /** Threads that make batches ahead of time. */
  readonly batchWorkers?: number;
  /** By input of the data. */
  readonly inputShapes: Readonly<Record<string, Shape>>;
  readonly layers: readonly LayerSummary[];
  /** What the model starts from, if not random numbers alone. */
  readonly init?: InitialWeights;
  readonly numParameters: number;
  readonly numTrainableParameters: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly loss: string;
  readonly optimizer: string;
  readonly engine: string;
  readonly device: string;
  /** What it took to compile the training step; absent where the engine compiles nothing. */
  readonly compileMillis?: CompileMillis;
  /** Weights, gradients, optimizer slots and the activations of a batch: what training holds besides the data and the engine. */
  readonly memoryBytes: number;
}

/** How a run ended without an exception. `path` is the run folder; a smoke run keeps none. */
export type RunEnding =
  | {
      readonly state: 'finished';
      readonly path?: string;
      readonly summary: RunSummary;
      readonly classNames?: readonly string[];
    }
  | {readonly state: 'interrupted'; readonly path?: string; readonly epoch: number; readonly step: number}
  | {
      readonly state: 'diverged';
      readonly path?: string;
      readonly epoch: number;
      readonly step: number;
      readonly loss: number;
      readonly lastGood: MetricValues;
    };

/** Somebody who is told about a run as it goes: a terminal, a log file, a program that reads JSON lines. */
export interface RunReporter {
  planned(plan: RunPlan): void;
  listen(event: TrainingEvent): void;
  warn(message: string): void;
  ended(ending: RunEnding): void;
  /** Takes down whatever is live on the screen; also called when the run throws. */
  close(): void;
}

/** Is told about all the runs of a group, one after another. */
export interface GroupReporter extends RunReporter {
  /** Before the first run. */
  groupStarted(members: readonly Omit<RunGroup, 'id'>[]): void;
  /** After the last one, however it ended. */
  groupEnded(ending: GroupEnding): void;
}

/** Tells several reporters the same. */
export function combineReporters(reporters: readonly RunReporter[]): RunReporter {
  const each = (tell: (reporter: RunReporter) => void): void => {
    for (const reporter of reporters) tell(reporter);
  };
  return {
    planned: (plan) => each((reporter) => reporter.planned(plan)),
    listen: (event) => each((reporter) => reporter.listen(event)),
    warn: (message) => each((reporter) => reporter.warn(message)),
    ended: (ending) => each((reporter) => reporter.ended(ending)),
    close: () => each((reporter) => reporter.close()),
  };
}

/** Tells nobody: for the programming interface. */
export const silentReporter: RunReporter = combineReporters([]);
