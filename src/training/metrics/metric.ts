import type {TProperties} from '@sinclair/typebox';
import type {Batch} from '../../data/dataset.js';
import type {Definition} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';

/** Accumulates over an epoch from counts and sums (never a mean of batch means). Plain arithmetic on the model's outputs. */
export interface Metric {
  /** @param outputs [batch.size, ...outputShape] */
  update(batch: Batch, outputs: Float32Array): void;
  /** Value over everything since the last reset; NaN before any example. */
  result(): number;
  reset(): void;
}

/** A metric of the catalogue. */
export interface MetricDefinition<Name extends string, Args extends TProperties, Spec> extends Definition<Name, Args> {
  /** Whether larger or smaller values are better; decides a monitored metric's mode and what compare highlights. */
  readonly goal: 'maximize' | 'minimize';
  /** @param outputShape of the model, batch axis left out. @param encoding how the loss had the targets prepared. */
  create(spec: Spec, outputShape: Shape, encoding: import('../../data/dataset.js').TargetEncoding): Metric;
}
