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
  /** 0 without a validation part. */
  readonly numValidation: number;
  /** 0 without a test part. */
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
  /**
   * Batches in stored order, the last one possibly smaller; the batches of one call share their arrays.
   * @param batchSize at least 1. @param order example numbers in [0, numExamples); stored order by default.
   * @param epoch makes them batches of this training epoch: augmented, each example by a function of seed, epoch and example alone.
   */
  batches(batchSize: number, order?: Uint32Array, epoch?: number): Iterable<Batch>;
}

/** Plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

/** What was learnt from training examples, for the record: means, categories. */
export type FittedValues = {readonly [key: string]: Json};

export interface Dataset {
  readonly info: DatasetInfo;
  readonly train: Split;
  readonly validation?: Split;
  readonly test?: Split;
  /** SHA-256 over the examples as loaded (element type, shape, values, before splits and transforms), hex; equal data give equal fingerprints. */
  readonly fingerprint: string;
  /** By the dotted path of what learnt it: `data.source` → categories of its columns, `data.transforms[0]` → mean and std. */
  readonly fitted: Readonly<Record<string, FittedValues>>;
}
