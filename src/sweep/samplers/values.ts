import {isDeepStrictEqual} from 'node:util';
import type {CategoricalDistribution, Distribution, Json, NumericDistribution} from '../space/distribution.js';

/** A numeric distribution as samplers compute with it. */
export interface NumericRange {
  readonly low: number;
  /** The largest value that is taken: `low` plus a whole number of steps. */
  readonly high: number;
  /** 0 where every number between the ends may be taken. */
  readonly step: number;
  readonly isLog: boolean;
  /** The ends on the scale on which values are equally likely: half a step outside, then the logarithm. */
  readonly from: number;
  readonly to: number;
}

/** How many values a stepped distribution takes; the sum in floating point may miss the last one by a hair. */
const numSteps = (low: number, high: number, step: number): number => Math.floor((high - low) / step + 1e-9);

export function numericRange({kind, low, high, scale, step: given}: NumericDistribution): NumericRange {
  const step = given ?? (kind === 'int' ? 1 : 0);
  const last = step === 0 ? high : steppedValue({low, high, step}, numSteps(low, high, step));
  const isLog = scale === 'log';
  const [from, to] = [low - step / 2, last + step / 2];
  return {low, high: last, step, isLog, from: isLog ? Math.log(from) : from, to: isLog ? Math.log(to) : to};
}

/** low + k · step, without the digits that binary fractions add: 0.3, not 0.30000000000000004. */
export function steppedValue(
  {low, high, step}: {readonly low: number; readonly high: number; readonly step: number},
  k: number,
): number {
  const digitsBefore = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high), step)));
  return Number((low + k * step).toFixed(Math.min(100, Math.max(0, 15 - digitsBefore)))) + 0; // + 0: no −0
}

/** The value of the range nearest to a number on its scale. */
export function valueAt({low, high, step, isLog}: NumericRange, scaled: number): number {
  const value = isLog ? Math.exp(scaled) : scaled;
  if (step === 0) return Math.min(high, Math.max(low, value));
  const last = numSteps(low, high, step);
  return steppedValue({low, high, step}, Math.min(last, Math.max(0, Math.round((value - low) / step))));
}

/** The index of a value among the choices. @throws Error if it is none of them */
export function choiceIndex({choices}: CategoricalDistribution, value: Json): number {
  const index = choices.findIndex((choice) => isDeepStrictEqual(choice, value));
  if (index < 0) throw new Error(`${JSON.stringify(value)} is none of ${JSON.stringify(choices)}`);
  return index;
}

/** The value that a number of [0, 1) stands for: all values are equally likely if the number is uniform (on a log scale, their logarithms). */
export function valueOfUnit(distribution: Distribution, unit: number): Json {
  if (distribution.kind === 'categorical') return distribution.choices[Math.floor(unit * distribution.choices.length)]!;
  const range = numericRange(distribution);
  return valueAt(range, range.from + unit * (range.to - range.from));
}
