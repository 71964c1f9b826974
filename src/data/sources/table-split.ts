import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import type {Column, Table} from '../files/table.js';
import {checkHeld, type HeldOut, holdOut, holdOutBelow} from '../split/held-out.js';
import type {TableSpec} from './table-args.js';

/** For each row a number in [0, 1) that its key alone decides. @param rows all by default */
export function pointsOf(
  keys: readonly string[],
  rows: Uint32Array | undefined,
  {splitSeed}: TableSpec,
  purpose: 'test' | 'validation',
): Float64Array {
  const rng = Rng.fromSeed(splitSeed).split('splitBy').split(purpose);
  const points = new Map<string, number>();
  for (const key of keys) if (!points.has(key)) points.set(key, rng.split(key).uniform());
  return Float64Array.from({length: rows?.length ?? keys.length}, (_, i) => points.get(keys[rows?.[i] ?? i]!)!);
}

/** The rows of `testFraction`. @param target whose classes are held out in equal parts; undefined for numbers */
export function holdOutTest(
  spec: TableSpec,
  table: Table,
  target: Column | undefined,
  splitKeys: readonly string[] | undefined,
): HeldOut | undefined {
  if (spec.testFraction === undefined) return undefined;
  if (splitKeys) {
    const held = holdOutBelow(pointsOf(splitKeys, undefined, spec, 'test'), spec.testFraction);
    return checkHeld(held, 'data.source.testFraction', spec.testFraction);
  }
  if (table.numRows < 2) {
    throw new DataSpecError('data.source.testFraction', `needs at least 2 rows; the table has ${table.numRows}`);
  }
  const labels = target && Int32Array.from(target.values);
  return holdOut(table.numRows, spec.testFraction, Rng.fromSeed(spec.splitSeed).split('test'), labels);
}
