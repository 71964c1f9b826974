import type {WorkerTask} from '../executor.js';

/**
 * The tasks of an array: each makes some trials of its own, so that none depends on another.
 * @param trials that are to be made, by number
 * @param trialsPerTask so many that follow each other are one task's, since starting a task takes Slurm some seconds
 */
export function tasksOfTrials(trials: readonly number[], trialsPerTask: number): readonly WorkerTask[] {
  const numTasks = Math.ceil(trials.length / trialsPerTask);
  return Array.from({length: numTasks}, (_, slot) => ({
    slot,
    trials: trials.slice(slot * trialsPerTask, (slot + 1) * trialsPerTask),
  }));
}

/** Workers that each make trials until none is left: for samplers that learn from the trials of all. */
export const longLivedTasks = (numWorkers: number): readonly WorkerTask[] =>
  Array.from({length: numWorkers}, (_, slot) => ({slot}));
