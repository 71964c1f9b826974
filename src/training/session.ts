import type {Arrays, Batch} from '../data/dataset.js';
import type {TensorData} from '../support/tensor.js';

/** What changes from one update to the next. */
export interface StepHyper {
  readonly learningRate: number;
  /** Number of this update, counted from 1 over the whole run. */
  readonly step: number;
  /** Set when the update's gradient is gathered over several batches (`accumulates`); they come one after another. */
  readonly part?: UpdatePart | undefined;
}

/** One batch of several that make an update together. */
export interface UpdatePart {
  /** From 0. */
  readonly index: number;
  /** Its examples as a share of all those of the update. */
  readonly share: number;
  /** The update is made after it. */
  readonly isLast: boolean;
}

/** What one batch gave. `outputs` may be overwritten by the next call. */
export interface BatchResult {
  /** Mean loss of the batch, regularization penalties included; may be NaN or infinite. */
  readonly loss: number;
  /** By output of a model that has several: its own loss, unweighted and without penalties. */
  readonly losses?: Readonly<Record<string, number>> | undefined;
  /** By output of the model: [size, ...outputShape] before the update. */
  readonly outputs: Arrays;
}

/** Everything an optimizer update touches, by name: `conv2d/kernel`, moving statistics among the weights, slots as `conv2d/kernel/m`. A session copies what it is given. */
export interface TrainingState {
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly slots: ReadonlyMap<string, TensorData>;
}

/** What it took to make a training step ready, in milliseconds. */
export interface CompileMillis {
  /** Writing down the kernels of the forward pass and of the gradients. */
  readonly recording: number;
  /** Rewriting the recorded graph. */
  readonly passes: number;
  /** Turning it into an ONNX model. */
  readonly lowering: number;
  /** ONNX Runtime's own work on the model: reading, rewriting, allocating. */
  readonly loading: number;
}

/** One model being trained somewhere. */
export interface TrainingSession {
  /** For people and for the record: `compiled`, `eager`, and the device with its name. */
  readonly engine: 'compiled' | 'eager';
  readonly device: string;
  /** One optimizer update, or a part of one. */
  step(batch: Batch, hyper: StepHyper): BatchResult | Promise<BatchResult>;
  /** No update, inference mode. */
  evaluate(batch: Batch): BatchResult | Promise<BatchResult>;
  /** A copy: what a checkpoint holds. */
  readState(): Promise<TrainingState>;
  writeState(state: TrainingState): Promise<void>;
  /** Copies the trained weights into the tf.LayersModel the session was made from, for saving. */
  syncModel(): Promise<void>;
  /** Of the training step that was compiled first; engines that compile nothing lack it. */
  readonly compileMillis?: CompileMillis | undefined;
  /** What a training step is made of, as ONNX models by name (`recorded`, `optimized`); engines that have no graph lack it. */
  stepGraphs?(batchSize: number): ReadonlyMap<string, Uint8Array>;
  dispose(): Promise<void>;
}
