import type {Checkpoint} from '../runs/checkpoint.js';
import type {Run} from '../runs/run.js';
import {ExpError} from '../support/errors.js';
import type {ExperimentSpec} from './schema.js';

/**
 * Whether a run can go on.
 * @param where.checkpoint where it would; known later
 * @param where.isAbandoned its process is known to be gone
 * @throws ExpError RUN_ALIVE; USAGE for a run that is done, or that would only diverge again
 */
export function checkResumable(
  run: Run,
  spec: ExperimentSpec,
  overrides: readonly string[],
  {
    checkpoint,
    isAbandoned = false,
  }: {readonly checkpoint?: Checkpoint | undefined; readonly isAbandoned?: boolean | undefined} = {},
): void {
  const {status, state, summary, id} = run;
  if (state === 'running' && status && !isAbandoned) {
    throw new ExpError(
      'RUN_ALIVE',
      `${id} is running: process ${status.pid} on ${status.host}, last heard of at ${status.heartbeatAt}`,
      'let it go on, or end it first; one on another host counts as gone ten minutes after its last heartbeat',
    );
  }
  if (state === 'diverged') {
    throw new ExpError(
      'USAGE',
      `${id} diverged, and would again at the same step`,
      'start a new run with a smaller training.optimizer.learningRate',
    );
  }
  if (!summary) return;
  const {epochs, steps, stoppedEarly} = summary;
  const {training} = spec;
  const done = `${id} is finished: ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, ${steps} steps`;
  if (overrides.length === 0) {
    throw new ExpError('USAGE', done, `training.epochs=${2 * epochs} trains it further`);
  }
  if (training.epochs <= epochs || (training.maxSteps ?? Number.POSITIVE_INFINITY) <= steps) {
    const key =
      training.epochs <= epochs ? `training.epochs=${training.epochs}` : `training.maxSteps=${training.maxSteps}`;
    throw new ExpError('USAGE', `${done}; ${key} leaves nothing to do`, 'name a larger number');
  }
  if (!checkpoint) return;
  const position = checkpoint.state.resume?.position;
  const {earlyStopping} = training;
  if (stoppedEarly && earlyStopping && position?.stopper) {
    const waited = position.epoch - position.stopper.epoch;
    if (waited < earlyStopping.patience) return;
    throw new ExpError(
      'USAGE',
      `${done}, and stopped early: ${position.stopper.monitor} had not improved for ${waited} epochs`,
      `training.earlyStopping.patience=${2 * waited} lets it go on`,
    );
  }
}

/**
 * What can only be told once the data are there.
 * @param numExamples of the training set
 * @throws ExpError USAGE if more epochs are to follow one that was cut short
 */
export function checkLengthened(
  {training: {schedule}}: ExperimentSpec,
  overrides: readonly string[],
  checkpoint: Checkpoint | undefined,
  numExamples: number,
  warn: (message: string) => void,
): void {
  const position = checkpoint?.state.resume?.position;
  const changed = overrides.find((text) => /^training\.(epochs|maxSteps|maxMinutes)=/.test(text));
  if (!position || changed === undefined) return;
  if (position.at === 'concluded' && position.numExamples < numExamples) {
    throw new ExpError(
      'USAGE',
      `epoch ${position.epoch} ended after ${position.numExamples} of ${numExamples} examples, by maxSteps or maxMinutes: no other can follow it`,
      'start a new run, with model.init from this one perhaps',
    );
  }
  if (schedule && lengthSchedules.has(schedule.type)) {
    warn(
      `the learning rates of ${schedule.type} follow from how long training lasts; with ${changed} they are others from here on`,
    );
  }
}

const lengthSchedules: ReadonlySet<string> = new Set(['polynomial', 'linear', 'cosine', 'oneCycle']);
