import type {DatasetInfo} from '../data/dataset.js';
import {runLength} from '../training/run-length.js';
import {stepsOf} from '../training/schedules/fields.js';
import type {Findings} from './findings.js';
import type {ExperimentSpec} from './schema.js';

/** Arguments of the optimizer that make no sense together. */
export function checkOptimizer({training}: ExperimentSpec, findings: Findings): void {
  const {optimizer} = training;
  if (optimizer.type === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    const message = 'training.optimizer.nesterov looks ahead along the momentum, but momentum is 0';
    findings.mistake(['training', 'optimizer', 'nesterov'], message, 'add `momentum: 0.9`, or drop `nesterov`');
  }
  if ('weightDecay' in optimizer && optimizer.excludeBiasAndNorm && optimizer.weightDecay === 0) {
    const message = 'training.optimizer.excludeBiasAndNorm says what weightDecay leaves out, but weightDecay is 0';
    const hint = 'add `weightDecay: 0.01`, or drop `excludeBiasAndNorm`';
    findings.mistake(['training', 'optimizer', 'excludeBiasAndNorm'], message, hint);
  }
}

/** `validateEverySteps` needs a validation set, and an epoch that is longer. */
function checkValidation(
  {training, data: {validation}}: ExperimentSpec,
  stepsPerEpoch: number,
  findings: Findings,
): void {
  const {validateEverySteps} = training;
  if (validateEverySteps === undefined) return;
  if (!validation) {
    findings.mistake(
      ['training', 'validateEverySteps'],
      'training.validateEverySteps evaluates the validation set, but there is none',
      'hold examples out of the training set with `data.validation: {fraction: 0.1}`',
    );
  } else if (validateEverySteps >= stepsPerEpoch) {
    findings.warning(
      `training.validateEverySteps is ${validateEverySteps}, but an epoch has only ${stepsPerEpoch} updates: it has no effect`,
    );
  }
}

/** `maxSteps` and the lengths of the schedule against the length of training. */
export function checkLengths(spec: ExperimentSpec, data: DatasetInfo, findings: Findings): void {
  const {training} = spec;
  const {schedule, maxSteps, epochs} = training;
  const {numSteps, stepsPerEpoch} = runLength(training, data.numTrain);
  checkValidation(spec, stepsPerEpoch, findings);
  if (maxSteps !== undefined && maxSteps > epochs * stepsPerEpoch) {
    findings.warning(
      `training.maxSteps is ${maxSteps}, but ${epochs} epochs are only ${epochs * stepsPerEpoch} updates: it has no effect`,
    );
  }
  const decay = training.weightAverage?.decay ?? 0;
  if (1 / (1 - decay) > numSteps) {
    findings.warning(
      `training.weightAverage.decay of ${decay} looks back over about ${Math.round(1 / (1 - decay))} updates, but training has only ${numSteps}: the average will be behind`,
    );
  }
  if (!schedule) return;
  const at = ['training', 'schedule'];
  const {warmupSteps} = schedule;
  if (warmupSteps >= numSteps) {
    const message = `training.schedule.warmupSteps is ${warmupSteps}, but training ends after ${numSteps} updates: the learning rate would never arrive`;
    findings.mistake([...at, 'warmupSteps'], message, `write fewer than ${numSteps}; an epoch has ${stepsPerEpoch}`);
    return;
  }
  const left = numSteps - warmupSteps;
  const inSteps = (length: number, unit: 'epochs' | 'steps'): number =>
    stepsOf(length, unit, {step: 0, numSteps, stepsPerEpoch});
  const never = (field: string, length: number, unit: string): void =>
    findings.warning(
      `training.schedule.${field} is ${length} ${unit}, but training ends after ${left} updates of ${schedule.type}: it has no effect`,
    );
  if (schedule.type === 'step' && inSteps(schedule.every, schedule.unit) >= left)
    never('every', schedule.every, schedule.unit);
  if (schedule.type === 'cosineRestarts' && inSteps(schedule.firstPeriod, schedule.unit) > left)
    never('firstPeriod', schedule.firstPeriod, schedule.unit);
  if (schedule.type !== 'multiStep') return;
  for (const [index, moment] of schedule.at.entries()) {
    const before = schedule.at[index - 1];
    if (before !== undefined && moment <= before) {
      const message = `training.schedule.at goes from ${before} to ${moment}, but moments come in order`;
      findings.mistake(
        [...at, 'at', index],
        message,
        `write ${[...new Set(schedule.at)].sort((a, b) => a - b).join(', ')}`,
      );
      return;
    }
    if (inSteps(moment, schedule.unit) >= left) never(`at[${index}]`, moment, schedule.unit);
  }
}
