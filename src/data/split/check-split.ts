import {DataSpecError} from '../data-error.js';
import type {SplitSpec} from './section.js';

type Key = keyof SplitSpec & string;

/** Keys that say how much is held out; one of them must be there. */
const amounts = ['fraction', 'kFold', 'from', 'column'] as const satisfies readonly Key[];

/** Pairs that say two different things. */
const conflicts: readonly (readonly [Key, Key, hint: string])[] = [
  ['column', 'by', 'the column decides alone'],
  ['column', 'time', 'the column decides alone'],
  ['column', 'group', 'the column decides alone'],
  ['column', 'stratify', 'the column decides alone'],
  ['time', 'by', 'time takes the newest rows'],
  ['time', 'group', 'rows are divided at a time, whatever their group'],
  ['time', 'stratify', 'rows are divided at a time, whatever their class'],
  ['group', 'stratify', 'whole groups cannot have the same part of every class; drop one of them'],
];

/** Keys that need another one. */
const needs: readonly (readonly [Key, Key, hint: string])[] = [
  ['fold', 'kFold', 'add `kFold: 5`'],
  ['from', 'time', 'name the column of dates with `time`'],
  ['column', 'value', 'add what rows to hold out have in the column, `value: val`'],
  ['value', 'column', 'name the column with `column`'],
];

/**
 * Throws unless the keys of a section make sense together, whatever the data.
 * @param path of the section @throws DataSpecError
 */
export function checkSplit(spec: SplitSpec, path: string): void {
  const isSet = (key: Key): boolean => spec[key] !== undefined && spec[key] !== false;
  for (const [key, other, hint] of needs) {
    if (isSet(key) && spec[other] === undefined) throw new DataSpecError(`${path}.${key}`, `needs ${other}`, hint);
  }
  const given = amounts.filter(isSet);
  if (given.length === 0) {
    const ways = '`fraction: 0.2`, `kFold: 5`, `time` and `from`, or `column` and `value`';
    throw new DataSpecError(path, 'does not say how much to hold out', `write ${ways}`);
  }
  if (given.length > 1) {
    throw new DataSpecError(`${path}.${given[1]}`, `and ${given[0]} both say how much to hold out`, 'drop one of them');
  }
  for (const [key, other, hint] of conflicts) {
    if (isSet(key) && isSet(other)) throw new DataSpecError(`${path}.${other}`, `does not go with ${key}`, hint);
  }
  const {by, stratify, group, fold, kFold, splitSeed} = spec;
  if (stratify && by !== undefined && by !== 'random') {
    throw new DataSpecError(`${path}.stratify`, `does not go with by: ${by}`, 'drop one of them');
  }
  if (group !== undefined && by === 'order') {
    throw new DataSpecError(`${path}.group`, 'does not go with by: order', 'drop one of them');
  }
  if (fold !== undefined && fold > kFold!) {
    throw new DataSpecError(`${path}.fold`, `is ${fold}; there are ${kFold} folds, counted from 1`);
  }
  if (splitSeed && (by === 'order' || isSet('time') || isSet('column'))) {
    throw new DataSpecError(`${path}.splitSeed`, 'has no effect, since nothing is drawn', 'drop it');
  }
}
