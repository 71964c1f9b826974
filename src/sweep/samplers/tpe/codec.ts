import type {Json} from '../../space/distribution.js';
import type {Parameter} from '../../space/search-space.js';
import {choiceIndex, numericRange} from '../values.js';

/** Values of a parameter as numbers: a number is itself, a choice its index. */
export interface Codec {
  readonly parameter: Parameter;
  /** Whether there is anything to choose. */
  readonly isSingle: boolean;
  encode(value: Json): number;
  decode(number: number): Json;
}

export function codecOf(parameter: Parameter): Codec {
  const {distribution} = parameter;
  if (distribution.kind !== 'categorical') {
    const {low, high} = numericRange(distribution);
    return {parameter, isSingle: low === high, encode: (value) => value as number, decode: (number) => number};
  }
  const {choices} = distribution;
  const indices = new Map<Json, number>(choices.map((choice, index) => [choice, index])); // finds all but lists and objects
  return {
    parameter,
    isSingle: choices.length === 1,
    encode: (value) => indices.get(value) ?? choiceIndex(distribution, value),
    decode: (number) => choices[number]!,
  };
}
