import type {Json} from '../../space/distribution.js';
import type {Assignment, SearchSpace} from '../../space/search-space.js';
import {type NumericRange, numericRange, valueAt} from '../values.js';

/** A numeric parameter as a coordinate that goes from 0 to 1. */
export interface Coordinate {
  readonly name: string;
  numberAt(unit: number): Json;
  unitOf(value: Json): number;
  /** How wide the numbers are that stand for the same value as this one; 0 where every number may be taken. */
  cellAt(unit: number): number;
}

/** The numeric parameters that have more than one value. */
export const coordinatesOf = ({parameters}: SearchSpace): readonly Coordinate[] =>
  parameters.flatMap(({name, distribution}) => {
    if (distribution.kind === 'categorical') return [];
    const range = numericRange(distribution);
    return range.low === range.high ? [] : [coordinateOf(name, range)];
  });

function coordinateOf(name: string, range: NumericRange): Coordinate {
  const {from, to, step, isLog} = range;
  const unitOf = (value: number): number => ((isLog ? Math.log(value) : value) - from) / (to - from);
  const numberAt = (unit: number): number => valueAt(range, from + unit * (to - from));
  return {
    name,
    numberAt,
    unitOf: (value) => unitOf(value as number),
    cellAt: (unit) => unitOf(numberAt(unit) + step / 2) - unitOf(numberAt(unit) - step / 2),
  };
}

/** The coordinates of a point whose numbers are all that is known of it: a stepped value is the middle of its cell, an inactive one the mean. */
export const unitsOf = (coordinates: readonly Coordinate[], assignment: Assignment, mean: Float64Array): Float64Array =>
  Float64Array.from(coordinates, ({name, unitOf}, i) => {
    const value = assignment[name];
    return value === undefined ? mean[i]! : unitOf(value);
  });
