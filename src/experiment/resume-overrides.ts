import {parsePath} from '../spec/path.js';
import {ExpError} from '../support/errors.js';

/** What may be changed when a run is resumed: how long it is trained, how often it is saved, where. Listed in docs/runs.md. */
const allowed: readonly string[] = [
  'threads',
  'description',
  'tags',
  'device',
  'engine',
  'training.epochs',
  'training.maxSteps',
  'training.maxMinutes',
  'training.earlyStopping.patience',
  'checkpoint.last',
  'checkpoint.keep',
  'checkpoint.everyEpochs',
  'checkpoint.everySteps',
  'checkpoint.everyMinutes',
];

const isAllowed = (key: string): boolean => allowed.some((one) => key === one || key.startsWith(`${one}.`));

/** @throws ExpError USAGE for a `key=value` pair that would make another training of it */
export function checkResumeOverrides(overrides: readonly string[]): void {
  for (const text of overrides) {
    const key = text.slice(0, text.indexOf('='));
    if (!text.includes('=') || !parsePath(key)) {
      throw new ExpError('USAGE', `\`${text}\` is no override`, 'write key=value, such as training.epochs=12');
    }
    if (isAllowed(key)) continue;
    throw new ExpError(
      'USAGE',
      `${key} cannot be changed when a run is resumed: what has been trained so far was trained otherwise`,
      `these may change: ${allowed.join(', ')}; for anything else start a new run, with model.init from this one perhaps`,
    );
  }
}
