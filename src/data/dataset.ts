import type {Shape} from '../support/tensor.js';

/** How a loss wants its targets: a class number, a one-hot row, or the values themselves. */
export type TargetEncoding = 'classIndex' | 'oneHot' | 'values';

/** What is known of a data set before any example is read; enough to check a model against it. */
export interface DatasetInfo {
  /** Shape of one example after the transforms, batch axis left out; images are [height, width, channels]. */
  readonly inputShape: Shape;
  /** `classification` has integer labels in [0, numClasses); `regression` has real targets of `targetShape`. */
  readonly task: 'classification' | 'regression';
  /** Present for classification. */
  readonly numClasses?: number;
  readonly classNames?: readonly string[];
  /** Shape of one target as stored: [] for a class number, [n] for n regression targets. */
  readonly targetShape: Shape;
  readonly numTrain: number;
  readonly numValidation: number;
  readonly numTest: number;
}

/** A batch ready for an engine. Arrays may be reused by the next batch: an engine copies what it keeps. */
export interface Batch {
  /** Number of examples. */
  readonly size: number;
  /** [size, ...inputShape], NHWC. */
  readonly inputs: Float32Array;
  /** classIndex: [size]; oneHot: [size, numClasses]; values: [size, ...targetShape]. Class numbers are stored as floats. */
  readonly targets: Float32Array;
}

/** One part (training, validation or test) of a data set. */
export interface Split {
  readonly numExamples: number;
  /** Batches in stored order, the last one possibly smaller. @param batchSize at least 1. @param order example numbers; stored order by default. */
  batches(batchSize: number, order?: Uint32Array): Iterable<Batch>;
}

export interface Dataset {
  readonly info: DatasetInfo;
  readonly train: Split;
  readonly validation?: Split;
  readonly test?: Split;
  /** SHA-256 over the raw bytes the examples came from, hex; equal data give equal fingerprints. */
  readonly fingerprint: string;
}
