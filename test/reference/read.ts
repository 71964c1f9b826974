import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {TensorData} from '../../src/support/tensor.js';

/** An array of a reference file. */
export interface ReferenceArray {
  readonly shape: number[];
  readonly values: number[];
}

/** The JSON that a script of this folder wrote. */
export function readReference<Content>(name: string): Content {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, `${name}.json`), 'utf8')) as Content;
}

export const tensorDataOf = ({shape, values}: ReferenceArray): TensorData => ({
  shape,
  values: Float32Array.from(values),
});

/** The largest |actual - expected| as a share of the largest |expected|; Infinity when lengths differ or a value is not a number. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), Number.MIN_VALUE);
  const errors = expected.map((value, i) => Math.abs(actual[i]! - value) / scale);
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...errors);
}
