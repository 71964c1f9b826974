import type {Batch} from '../../src/data/dataset.js';
import type {TrainedOutput} from '../../src/engine/options.js';
import type {Shape} from '../../src/support/tensor.js';
import type {LossFunction} from '../../src/training/losses/registry.js';

/** A batch for a model of one input and one output. */
export const plainBatch = (size: number, inputs: ArrayLike<number>, targets: ArrayLike<number>): Batch => ({
  size,
  inputs: {input: Float32Array.from(inputs)},
  targets: {output: Float32Array.from(targets)},
  weights: {},
});

/** What the only output of a model is trained for. */
export const plainOutputs = (loss: LossFunction, targetShape: Shape): readonly TrainedOutput[] => [
  {name: 'output', loss, weight: 1, targetShape, isWeighted: false},
];
