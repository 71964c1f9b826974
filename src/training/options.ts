import type {Dataset} from '../data/dataset.js';
import type {Rng} from '../support/random.js';
import type {Shape} from '../support/tensor.js';
import type {MetricValues, TrainingListener, TrainingStatus} from './events.js';
import type {Best} from './monitor.js';
import type {TrainingPosition} from './position.js';
import type {CheckpointSpec, TrainingSpec} from './section.js';
import type {TrainingSession, TrainingState} from './session.js';

/** Everything the loop needs to know. It ends with the session's weights trained; closing the session is the caller's. */
export interface TrainingOptions {
  readonly session: TrainingSession;
  /** With targets encoded as the losses want them (`lossDefinition(loss).targets`), by output. */
  readonly dataset: Dataset;
  readonly spec: TrainingSpec;
  readonly checkpoint: CheckpointSpec;
  /** Of the model by output, batch axis left out. */
  readonly outputShapes: Readonly<Record<string, Shape>>;
  readonly numParameters: number;
  /** The run's own stream; the loop takes `shuffle` of it, one stream an epoch. */
  readonly rng: Rng;
  readonly listener: TrainingListener;
  /** Evaluate the test set after each epoch too (`data.test: everyEpoch`); nothing is ever selected on it. */
  readonly evaluateTestEveryEpoch?: boolean;
  /** Aborting finishes the step under way, emits a checkpoint, and ends training as interrupted. */
  readonly signal?: AbortSignal;
  /** Where an interrupted training is to go on; the session gets this state. From the beginning when left out. */
  readonly from?: {readonly position: TrainingPosition; readonly state: TrainingState};
  /** For a trial run: at most so many updates in all, and so many batches of each evaluation. */
  readonly maxSteps?: number;
}

/** What training came to. */
export interface TrainingOutcome {
  readonly status: TrainingStatus;
  /** The epoch training ended in, from 1. */
  readonly epoch: number;
  /** Updates made. */
  readonly step: number;
  /** Values of the last finished epoch; empty when none was finished. */
  readonly final: MetricValues;
  /** Of the column that decides checkpoints, else of the one of early stopping. */
  readonly best?: Best;
  /** The epoch whose weights the session holds, when restoreBest brought them back. */
  readonly restoredEpoch?: number;
  /** `test_` values of the final weights. */
  readonly test?: MetricValues;
}
