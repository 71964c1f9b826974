import {ExpError} from '../../support/errors.js';
import {type Trial, type TrialOptions, tryEngine} from '../trial/trial.js';
import type {EngineRecord, TensorflowVariant} from './layout.js';

const numSteps = 3;

/** Of a loss, relative; two orders above rounding, two below any mistake. */
const tolerance = 1e-3;

/**
 * Trains three steps with a freshly made engine and with the plain JavaScript backend, each in a process of its own, and compares their losses.
 * @param folder the engine's
 * @throws ExpError INSTALL_FAILED when it does not load, or computes something else
 */
export async function selfTest(
  folder: string,
  variant: TensorflowVariant,
  options: TrialOptions = {},
): Promise<EngineRecord['selfTest']> {
  const request = {engine: 'eager', device: 'cpu', steps: numSteps} as const;
  const backend = variant === 'cuda' ? 'cuda' : 'tensorflow';
  const [own, reference] = await Promise.all([
    tryEngine({...request, backend, folder}, options),
    tryEngine({...request, backend: 'cpu'}, options),
  ]);
  const made = lossesOf(own, 'the engine just made does not work');
  const expected = lossesOf(reference, 'the plain JavaScript backend, which it is compared with, does not work');
  const differences = made.map((loss, step) => Math.abs(loss - expected[step]!) / Math.abs(expected[step]!));
  const largestDifference = Math.max(...differences);
  if (made.length === numSteps && largestDifference <= tolerance && own.works)
    return {device: own.device, steps: numSteps, largestDifference};
  throw new ExpError(
    'INSTALL_FAILED',
    `the engine just made computes something else than the plain JavaScript backend: losses ${made.join(', ')} instead of ${expected.join(', ')}`,
    'please report it with what exp doctor --json prints; until then take engine: compiled',
  );
}

function lossesOf(trial: Trial, otherwise: string): readonly number[] {
  if (trial.works) return trial.losses;
  throw new ExpError('INSTALL_FAILED', `${otherwise}: ${trial.reason}`, trial.fix);
}
