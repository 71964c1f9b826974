import type {TrainingSpec} from './section.js';
import type {UpdatePart} from './session.js';

/**
 * Where a batch stands in its update when updates take several; undefined if each batch is an update.
 * @param epoch.numExamples of the training set
 * @param epoch.numDone examples of this epoch in the batches before
 * @param epoch.numBefore those of them that belong to the same update
 */
export function updatePart(
  {accumulateSteps = 1, batchSize}: Pick<TrainingSpec, 'accumulateSteps' | 'batchSize'>,
  size: number,
  epoch: {readonly numExamples: number; readonly numDone: number; readonly numBefore: number},
): UpdatePart | undefined {
  if (accumulateSteps === 1) return undefined;
  const {numExamples, numDone, numBefore} = epoch;
  const numWhole = Math.min(batchSize * accumulateSteps, numExamples - (numDone - numBefore));
  return {index: numBefore / batchSize, share: size / numWhole, isLast: numBefore + size === numWhole};
}
