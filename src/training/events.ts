import type {MetricValues} from './metric-values.js';
import type {MetricTable} from './metrics/metric.js';
import type {TrainingPosition} from './position.js';
import type {TrainingState} from './session.js';

export type {MetricValues} from './metric-values.js';

/** How training came to its end. */
export type TrainingStatus = 'completed' | 'stoppedEarly' | 'diverged' | 'interrupted';

/** What the loop tells whoever listens. It knows no file and no terminal; listeners may return a promise, which the loop awaits. */
export type TrainingEvent =
  | {
      readonly type: 'trainingStarted';
      readonly numEpochs: number;
      readonly stepsPerEpoch: number;
      readonly numParameters: number;
      /** Present when an interrupted training goes on: the epoch under way or concluded there, and the updates made before. */
      readonly from?: {readonly epoch: number; readonly step: number};
    }
  | {readonly type: 'epochStarted'; readonly epoch: number}
  /** After every step; cheap. `running` are the values of this epoch so far, costly metrics left out; `batchLoss` is this batch's. Epochs and steps count from 1. */
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly stepInEpoch: number;
      readonly batchLoss: number;
      readonly running: MetricValues;
      readonly learningRate: number;
      readonly numExamples: number;
    }
  /** Values `val_loss`, `val_accuracy` in the middle of an epoch (`validateEverySteps`). */
  | {
      readonly type: 'validated';
      readonly epoch: number;
      readonly step: number;
      readonly metrics: MetricValues;
      readonly millis: number;
      /** Whether the column that decides checkpoints is better than ever before. */
      readonly isBest: boolean;
    }
  | {
      readonly type: 'epochEnded';
      readonly epoch: number;
      readonly step: number;
      /** Training and `val_` values side by side, and `test_` ones when the test set is evaluated each epoch; in the order of `metricColumns`. */
      readonly metrics: MetricValues;
      /** Of the last update. */
      readonly learningRate: number;
      readonly trainMillis: number;
      /** Part of it: waiting for batches, or making them where no other thread does. */
      readonly waitMillis: number;
      readonly evaluateMillis: number;
      readonly numExamples: number;
      /** Whether the column that decides checkpoints (else the one of early stopping) is better than in all epochs before. */
      readonly isBest: boolean;
    }
  /** The state is among the best by the monitored column. */
  | {
      readonly type: 'checkpoint';
      readonly kind: 'best';
      readonly epoch: number;
      readonly step: number;
      readonly metrics: MetricValues;
      /** As it was evaluated: averages for weights where such are kept. */
      readonly state: TrainingState;
      /** Steps of the states to keep now, the best first; this one's is among them. */
      readonly kept: readonly number[];
    }
  /** Training can be resumed from it: as often as `checkpoint` says, and when interrupted. */
  | {
      readonly type: 'checkpoint';
      readonly kind: 'last';
      readonly epoch: number;
      readonly step: number;
      readonly metrics: MetricValues;
      readonly state: TrainingState;
      readonly position: TrainingPosition;
      /** Whether it may be left out if another one follows soon. */
      readonly canWait: boolean;
    }
  | {
      readonly type: 'stoppedEarly';
      readonly epoch: number;
      readonly monitor: string;
      readonly bestEpoch: number;
      readonly best: number;
    }
  /** The weights are again those of the best epoch (earlyStopping.restoreBest); comes after the last checkpoint. */
  | {readonly type: 'restoredBest'; readonly epoch: number; readonly monitor: string; readonly best: number}
  /** The loss of a batch or an evaluation is NaN or infinite. `lastGood` are the running values one step earlier. */
  | {
      readonly type: 'diverged';
      readonly epoch: number;
      readonly step: number;
      readonly loss: number;
      readonly lastGood: MetricValues;
    }
  | {readonly type: 'interrupted'; readonly epoch: number; readonly step: number}
  /** Values `test_loss`, `test_accuracy` of the final weights. */
  | {readonly type: 'tested'; readonly metrics: MetricValues}
  /** What metrics such as confusionMatrix found out about a set with the final weights; before `tested`, only where there are such metrics. */
  | {readonly type: 'tables'; readonly split: 'validation' | 'test'; readonly tables: readonly MetricTable[]}
  /** Always the last event. */
  | {
      readonly type: 'trainingEnded';
      readonly status: TrainingStatus;
      readonly epoch: number;
      readonly step: number;
    };

export type TrainingListener = (event: TrainingEvent) => void | Promise<void>;
