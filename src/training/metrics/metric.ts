import type {TProperties} from '@sinclair/typebox';
import type {TargetEncoding} from '../../data/dataset.js';
import type {Definition, SpecOf} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';
import type {OutputMeaning} from '../losses/definition.js';

/** Examples of a batch and what an output should have been for them. */
export interface JudgedExamples {
  readonly size: number;
  /** As the loss had them encoded. */
  readonly targets: Float32Array;
}

/** What a metric has to say that is no number: a table of the run folder. */
export interface MetricTable {
  /** Of the file, without the set and `.csv`. */
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Accumulates over an epoch from counts and sums (never a mean of batch means). Plain arithmetic on the model's outputs. */
export interface Metric {
  /** @param outputs [examples.size, ...outputShape] */
  update(examples: JudgedExamples, outputs: Float32Array): void;
  /** Value over everything since the last reset; NaN before any example. */
  result(): number;
  /** The same for each of several columns. */
  results?(): readonly number[];
  /** What else there is to report of the set. */
  table?(): MetricTable;
  /** Everything since the last reset as numbers, for a checkpoint; the caller may keep it. */
  gathered(): Float64Array;
  /** Goes on from what another metric of the same spec had gathered. */
  restore(gathered: Float64Array): void;
  reset(): void;
}

/** Whether larger or smaller values are better. */
export type Goal = 'maximize' | 'minimize';

/** What a metric is told of the training it reports on. */
export interface MetricContext {
  /** Of the model, batch axis left out. */
  readonly outputShape: Shape;
  /** How the loss had the targets prepared. */
  readonly encoding: TargetEncoding;
  /** What the loss takes the outputs for. */
  readonly outputs: OutputMeaning;
  /** Class number whose rows do not count (`ignore` of the loss). */
  readonly ignored?: number | undefined;
  /** Of the data, where it names its classes. */
  readonly classNames?: readonly string[] | undefined;
}

/** A metric of the catalogue. */
export interface MetricDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  /** Decides a monitored metric's mode and what compare highlights. */
  readonly goal: Goal;
  /** Whether it judges classes, from logits or probabilities, or predicted values. */
  readonly judges: 'classes' | 'values';
  /** It makes sense only for outputs that are probabilities or log-odds, which the scores of margin losses are not. */
  readonly needsProbabilities?: boolean;
  /** Its result takes more than a few operations, so it is asked for at the end of an epoch and not after each step. */
  readonly isCostly?: boolean;
  /** Its name in metrics.csv, in monitors and on the terminal; `val_` and `test_` are prefixed by the loop. */
  column(spec: Spec): string;
  /** Its columns where it may have several. @param classes names of the classes, or their numbers */
  columns?(spec: Spec, classes: readonly string[]): readonly string[];
  create(spec: Spec, context: MetricContext): Metric;
}

/** Types a metric from its own arguments; returns it unchanged. */
export const defineMetric = <const Name extends string, Args extends TProperties>(
  definition: MetricDefinition<Name, Args, SpecOf<Definition<Name, Args>>>,
): MetricDefinition<Name, Args, SpecOf<Definition<Name, Args>>> => definition;
