import type {Shape} from '../support/tensor.js';

/** How a loss wants its targets: a class number, a one-hot row, or the values themselves. */
export type TargetEncoding = 'classIndex' | 'oneHot' | 'values';

/** What a source of a single input and a single target calls them, and a model of a single output calls that. */
export const defaultNames = {input: 'input', target: 'target', output: 'output'} as const;

/** One of the tensors an example consists of. */
export interface InputInfo {
  /** Of one example after the transforms, batch axis left out; images are [height, width, channels]. */
  readonly shape: Shape;
  /** Present where all values are whole numbers from 0 to numValues − 1, such as tokens: what an embedding has to hold. */
  readonly numValues?: number;
}

/** One of the things an example teaches. */
export interface TargetInfo {
  /** `classification` has integer labels in [0, numClasses); `regression` has real targets. */
  readonly task: 'classification' | 'regression';
  /** As stored: [] for one class number, [time] for one an element of a sequence, [n] for n real numbers. */
  readonly shape: Shape;
  /** Present for classification. */
  readonly numClasses?: number;
  readonly classNames?: readonly string[];
}

/** What examples look like. Most sources have one input, `input`, and one target, `target`. */
export interface ExampleInfo {
  readonly inputs: Readonly<Record<string, InputInfo>>;
  readonly targets: Readonly<Record<string, TargetInfo>>;
  /** Whether each example has a weight. */
  readonly isWeighted?: boolean;
}

/**
 * What outputs may be compared with, by name: the targets, and behind them every input as the layers get it, which an autoencoder gives
 * back. A target comes before an input of the same name.
 */
export function learnable({inputs, targets}: Pick<ExampleInfo, 'inputs' | 'targets'>): ExampleInfo['targets'] {
  const others = Object.entries(inputs).filter(([name]) => !(name in targets));
  const reconstructed = others.map(([name, {shape}]) => [name, {task: 'regression', shape}] as const);
  return {...targets, ...Object.fromEntries(reconstructed)};
}

/** The name of what an output learns: the one written, or of the only target, which need not be named. */
export const targetNameOf = (targets: ExampleInfo['targets'], written: string | undefined): string =>
  written !== undefined && Object.hasOwn(targets, written) ? written : Object.keys(targets)[0]!;

/** What an output learns. */
export const targetOf = (targets: ExampleInfo['targets'], written: string | undefined): TargetInfo =>
  targets[targetNameOf(targets, written)]!;

/** What is known of a data set before any example is read; enough to check a model against it. */
export interface DatasetInfo extends ExampleInfo {
  readonly numTrain: number;
  /** 0 without a validation part. */
  readonly numValidation: number;
  /** 0 without a test part. */
  readonly numTest: number;
}

/** Values of a batch by name. */
export type Arrays = Readonly<Record<string, Float32Array>>;

/** A batch ready for an engine. Arrays may be reused by the next batch: an engine copies what it keeps. */
export interface Batch {
  /** Number of examples. */
  readonly size: number;
  /** By input of the data: [size, ...shape], NHWC. */
  readonly inputs: Arrays;
  /**
   * By output of the model. classIndex: [size, ...shape]; oneHot: [size, numClasses]; values: [size, ...shape]. Class numbers are stored
   * as floats.
   */
  readonly targets: Arrays;
  /** By output of the model, [size]: what each example's loss is multiplied by. Present for the outputs that are weighted. */
  readonly weights: Arrays;
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
  /** Where its examples are; `disk` as soon as any of them are there. */
  readonly storage: 'memory' | 'disk';
  /** Threads that make batches ahead of time; 0 where the training thread makes them itself. */
  readonly numWorkers: number;
  /** Ends those threads and closes files; there are no batches after it. */
  dispose(): Promise<void>;
}
