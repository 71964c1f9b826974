import type {TrainingState} from './session.js';

/** Metric values by column name: `loss`, `accuracy`, `val_loss`, `val_accuracy`. */
export type MetricValues = Readonly<Record<string, number>>;

/** What the loop tells whoever listens. It knows no file and no terminal; listeners may return a promise, which the loop awaits. */
export type TrainingEvent =
  | {
      readonly type: 'trainingStarted';
      readonly numEpochs: number;
      readonly stepsPerEpoch: number;
      readonly numParameters: number;
    }
  | {readonly type: 'epochStarted'; readonly epoch: number}
  /** After every step; cheap. `loss` and metrics are the running values of this epoch; `batchLoss` is this batch's. Epochs and steps count from 1. */
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
  | {
      readonly type: 'epochEnded';
      readonly epoch: number;
      readonly step: number;
      /** Training and `val_` values side by side. */
      readonly metrics: MetricValues;
      readonly learningRate: number;
      readonly trainMillis: number;
      readonly evaluateMillis: number;
      readonly numExamples: number;
      readonly isBest: boolean;
    }
  | {
      readonly type: 'checkpoint';
      readonly kind: 'best' | 'last';
      readonly epoch: number;
      readonly step: number;
      readonly metrics: MetricValues;
      readonly state: TrainingState;
    }
  | {
      readonly type: 'stoppedEarly';
      readonly epoch: number;
      readonly monitor: string;
      readonly bestEpoch: number;
      readonly best: number;
    }
  | {
      readonly type: 'diverged';
      readonly epoch: number;
      readonly step: number;
      readonly loss: number;
      readonly lastGood: MetricValues;
    }
  | {readonly type: 'interrupted'; readonly epoch: number; readonly step: number}
  | {readonly type: 'tested'; readonly metrics: MetricValues}
  | {readonly type: 'trainingEnded'; readonly epoch: number; readonly step: number};

export type TrainingListener = (event: TrainingEvent) => void | Promise<void>;
