import type {TensorData} from '../support/tensor.js';
import type {KeeperState} from './keeper.js';
import type {MetricValues} from './metric-values.js';
import type {MetricTable} from './metrics/metric.js';
import type {Best} from './monitor.js';
import type {PlateauState} from './schedules/plateau.js';

/**
 * Where training stands between two updates. With the session's state it is all that training goes on from: the order of the examples,
 * augmentation and noise are functions of seed, epoch, example and step, so no generator has a state worth keeping.
 */
export interface TrainingPosition {
  /** The epoch under way, or the one that was concluded; from 1. */
  readonly epoch: number;
  /** Updates made in all, and in this epoch. */
  readonly step: number;
  readonly stepInEpoch: number;
  /** Examples of this epoch that updates were made of: where in the epoch's order the next batch begins. */
  readonly numExamples: number;
  /**
   * What was done last: an update (`step`), the evaluation after it within the epoch (`validated`), the epoch's last update (`trained`), or
   * all that belongs to the epoch (`concluded`).
   */
  readonly at: 'step' | 'validated' | 'trained' | 'concluded';
  readonly clock: PositionClock;
  /** Running values of this epoch, and all values of the last finished one. */
  readonly values: MetricValues;
  readonly final: MetricValues;
  /** Of early stopping. */
  readonly stopper?: Best;
  /** Of the best checkpoints. */
  readonly keeper?: KeeperState;
  /** Of reduceOnPlateau. */
  readonly plateau?: PlateauState;
  /** Of the validation set: after the last epoch, and with the weights that restoreBest brings back. */
  readonly tables: Readonly<Record<'last' | 'best', readonly MetricTable[]>>;
  /** What the metrics of the epoch under way have gathered; absent where its values are final. */
  readonly gathered?: readonly Float64Array[];
  /** The weights that restoreBest would bring back, as they were evaluated. */
  readonly bestWeights?: ReadonlyMap<string, TensorData>;
}

/** Milliseconds; they change nothing but when `maxMinutes` are over. */
export interface PositionClock {
  /** Since the beginning of the run, the time in which it was not running left out. */
  readonly elapsed: number;
  /** Of this epoch's updates, of the evaluations between them, and of waiting for batches. */
  readonly training: number;
  readonly validation: number;
  readonly waiting: number;
}
