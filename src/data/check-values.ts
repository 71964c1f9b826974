import {ExpError} from '../support/errors.js';
import type {StoredValues, Values} from './sources/definition.js';
import {ArrayFile} from './storage/array-file.js';
import type {Elements} from './storage/elements.js';

/** Throws on NaN and infinities, naming the example. @param size values of one example. @param where the file, for the message. */
export function checkFinite(values: StoredValues, size: number, where: string): void {
  if (values instanceof ArrayFile) {
    if (values.kind !== 'float32') return;
    for (const {start, values: some} of values.pieces()) checkFloats(some, size, where, start);
  } else if (values instanceof Float32Array) checkFloats(values, size, where);
}

/** @param first example that `values` start with */
function checkFloats(values: Elements, size: number, where: string, first = 0): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue;
    throw new ExpError(
      'DATA_INVALID',
      `${where}: example ${first + Math.floor(i / size)} (counted from 0) holds ${values[i]} at position ${i % size}; expected finite 32-bit floats`,
    );
  }
}

/** Class numbers as integers in [0, numClasses). @param where the file, for the message. @throws ExpError naming the example. */
export function checkLabels(
  values: Values,
  numClasses: number,
  where: string,
  {numPerExample = 1, hint}: {readonly numPerExample?: number; readonly hint?: string} = {},
): Values {
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    const expected = Number.isFinite(numClasses)
      ? `a whole number from 0 to ${numClasses - 1}`
      : 'a whole number from 0 on';
    throw new ExpError(
      'DATA_INVALID',
      `${where}: example ${Math.floor(i / numPerExample)} (counted from 0) has the label ${label}; expected ${expected}`,
      hint,
    );
  }
  return values instanceof Float32Array ? Int32Array.from(values) : values;
}

/** Rounding of shares that sum to 1. */
const slack = 1e-6;

interface TargetLimits {
  readonly range: readonly [number, number];
  readonly loss: string;
  /** Values of one example. */
  readonly size: number;
  /** The target, for the message. */
  readonly where: string;
}

/** Throws on a target that the loss is not for, naming the example. @throws ExpError */
export function checkTargetRange(values: Values, {range: [low, high], loss, size, where}: TargetLimits): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= low - slack && value <= high + slack) continue;
    const expected = high === Infinity ? `from ${low} on` : `from ${low} to ${high}`;
    const scaled = value > 1 ? 'divide them where the file is made' : 'write 0 for no and 1 for yes';
    throw new ExpError(
      'DATA_INVALID',
      `${where}: example ${Math.floor(i / size)} (counted from 0) is ${Number(value.toPrecision(7))}; the loss ${loss} is for numbers ${expected}`,
      high === Infinity ? 'a loss such as meanSquaredError takes any number' : `${scaled}, or take another loss`,
    );
  }
}
