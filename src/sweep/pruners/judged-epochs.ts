import {Type} from '@sinclair/typebox';
import type {LearningCurve} from './pruner.js';

/** Which epochs a pruner looks at. */
export const judgedEpochs = {
  warmupEpochs: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'Epochs at the beginning of a trial in which it is never stopped; at least 0.',
  }),
  interval: Type.Integer({
    default: 1,
    minimum: 1,
    description: 'Epochs from one look to the next, the first being at the one after the warm-up; at least 1.',
  }),
};

/**
 * Whether a trial is looked at after this epoch: the first one with a score since the last look was due. As in Optuna, with epoch - 1 for
 * its steps, which count from 0.
 */
export function isJudged(
  {scores}: LearningCurve,
  epoch: number,
  {warmupEpochs, interval}: {readonly warmupEpochs: number; readonly interval: number},
): boolean {
  if (epoch <= warmupEpochs) return false;
  const due = epoch - ((epoch - warmupEpochs - 1) % interval);
  for (const earlier of scores.keys()) if (earlier >= due && earlier !== epoch) return false;
  return true;
}
