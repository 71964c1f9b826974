import {steppedValue} from '../samplers/values.js';
import type {NumericDistribution} from './distribution.js';

/** How many values a range with a step has, whole numbers have step 1; undefined of one without. */
export function numValues({kind, low, high, step: given}: NumericDistribution): number | undefined {
  const step = given ?? (kind === 'int' ? 1 : undefined);
  // A little slack: in binary, 0.3 / 0.1 is below 3.
  return step === undefined ? undefined : Math.floor((high - low) / step + 1e-9) + 1;
}

/** All values of a range that has a step, ascending; undefined of one where they are without end. */
export function numericValues(range: NumericDistribution): readonly number[] | undefined {
  const count = numValues(range);
  if (count === undefined) return undefined;
  const {low, high, step = 1} = range;
  return Array.from({length: count}, (_, k) => steppedValue({low, high, step}, k));
}
