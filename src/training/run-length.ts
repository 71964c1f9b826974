import type {TrainingSpec} from './section.js';

/** How long training is to last, if nothing stops it before. */
export interface RunLength {
  /** Updates in all; the last epoch may be cut short by `maxSteps`. */
  readonly numSteps: number;
  readonly numEpochs: number;
  /** Updates of one pass over the training set. */
  readonly stepsPerEpoch: number;
}

/** @param numExamples of the training set */
export function runLength(
  {
    epochs,
    batchSize,
    accumulateSteps = 1,
    maxSteps,
  }: Pick<TrainingSpec, 'epochs' | 'batchSize' | 'accumulateSteps' | 'maxSteps'>,
  numExamples: number,
): RunLength {
  const stepsPerEpoch = Math.ceil(numExamples / (batchSize * accumulateSteps));
  const numSteps = Math.min(epochs * stepsPerEpoch, maxSteps ?? Number.POSITIVE_INFINITY);
  return {numSteps, stepsPerEpoch, numEpochs: Math.ceil(numSteps / stepsPerEpoch)};
}
