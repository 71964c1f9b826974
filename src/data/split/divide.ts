import {Rng} from '../../support/random.js';
import {DataSpecError} from '../data-error.js';
import type {Values} from '../sources/definition.js';
import {holdOutBlock, holdOutFrom, holdOutNewest} from './by-time.js';
import {dealFolds, foldOut, groupFolds, pointFolds, sizesOf} from './folds.js';
import {holdOutGroups, numberGroups} from './groups.js';
import {checkHeld, divideBy, type HeldOut, holdOut, holdOutBelow, holdOutLast} from './held-out.js';
import type {SplitSpec} from './section.js';
import {timesOf} from './times.js';

/** Examples that are divided, and what can be known of them. All arrays have one element an example. */
export interface Divisible {
  readonly numExamples: number;
  /** Class numbers; needed to stratify. */
  readonly labels?: Values | undefined;
  /** Points in [0, 1) that decide alone, equal for examples that stay together: what `splitBy` of a table gives. */
  readonly points?: Float64Array | undefined;
  /** The text of a column. @param key of the spec that names it @throws DataSpecError if there is none */
  column(name: string, key: string): readonly string[];
  /** Texts that tell examples apart by what they hold. */
  keys(): readonly string[];
}

/** Where a part is asked for, and what draws it. */
export interface Purpose {
  /** The section's place in the spec. */
  readonly path: string;
  /** What is divided, for messages. */
  readonly noun: string;
  /** Draws a fraction where no `splitSeed` does. */
  readonly rng: Rng;
}

/**
 * Divides examples as a section says. A fold is given by `fold`, or is the first one.
 * @param spec checked by `checkSplit` @throws DataSpecError where a part would be empty or a column says something else
 */
export function divide(spec: SplitSpec, examples: Divisible, purpose: Purpose): HeldOut {
  const {numExamples} = examples;
  const {kFold} = spec;
  if (numExamples < (kFold ?? 2)) {
    if (kFold !== undefined) {
      const message = `is ${kFold}, but there are only ${numExamples} ${purpose.noun}`;
      throw new DataSpecError(`${purpose.path}.kFold`, message, `write ${numExamples} or less`);
    }
    throw new DataSpecError(purpose.path, `needs at least 2 ${purpose.noun}; the data has ${numExamples}`);
  }
  const parts =
    spec.column === undefined
      ? kFold === undefined
        ? partOf(spec, examples, purpose)
        : foldOf(spec, kFold, examples, purpose)
      : byColumn(spec.column, String(spec.value), examples);
  checkParts(parts, spec, examples, purpose);
  return parts;
}

function byColumn(column: string, value: string, examples: Divisible): HeldOut {
  const cells = examples.column(column, 'column');
  const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
  const number = numberOf(value);
  return divideBy(cells.length, (i) => cells[i] === value || numberOf(cells[i]!) === number);
}

function partOf(spec: SplitSpec, examples: Divisible, purpose: Purpose): HeldOut {
  const {numExamples, labels} = examples;
  const {fraction = 0, by, group, time} = spec;
  if (time !== undefined) {
    const {times, from} = timesOf(examples.column(time, 'time'), {name: time, from: spec.from, path: purpose.path});
    return from === undefined ? holdOutNewest(times, fraction) : holdOutFrom(times, from);
  }
  if (examples.points) return holdOutBelow(examples.points, fraction);
  if (by === 'order') return holdOutLast(numExamples, fraction);
  if (by === 'hash') return holdOutBelow(hashPoints(spec, examples, purpose), fraction);
  const rng = spec.splitSeed === undefined ? purpose.rng : Rng.fromSeed(spec.splitSeed).split('split');
  if (group !== undefined) return holdOutGroups(groupsOf(group, examples, purpose), fraction, rng);
  return holdOut(numExamples, fraction, rng, spec.stratify ? labels : undefined);
}

/** Folds are drawn by `splitSeed`, not by the seed of the run: with several seeds, fold 2 has the same examples in all runs. */
function foldOf(spec: SplitSpec, k: number, examples: Divisible, purpose: Purpose): HeldOut {
  const {numExamples, labels} = examples;
  const {by, group, time, splitSeed = 0} = spec;
  const fold = (spec.fold ?? 1) - 1;
  if (time !== undefined) {
    const {times} = timesOf(examples.column(time, 'time'), {name: time, path: purpose.path});
    return holdOutBlock(times, k, fold);
  }
  if (by === 'order') {
    const places = Float64Array.from({length: numExamples}, (_, i) => i);
    return holdOutBlock(places, k, fold);
  }
  if (examples.points) return foldOut(pointFolds(examples.points, k), fold);
  if (by === 'hash') return foldOut(pointFolds(hashPoints(spec, examples, purpose), k), fold);
  const rng = Rng.fromSeed(splitSeed).split('kFold');
  if (group !== undefined) {
    const groups = groupsOf(group, examples, purpose);
    const numGroups = sizesOf(groups).length;
    if (numGroups < k) {
      const message = `is ${k}, but the column "${group}" has only ${numGroups} different values`;
      throw new DataSpecError(`${purpose.path}.kFold`, message, `write ${numGroups} or less`);
    }
    return foldOut(groupFolds(groups, k, rng), fold);
  }
  return foldOut(dealFolds(numExamples, k, rng, spec.stratify ? labels : undefined), fold);
}

function groupsOf(name: string, examples: Divisible, {path}: Purpose): Uint32Array {
  const groups = numberGroups(examples.column(name, 'group'));
  if (groups.some((group) => group > 0)) return groups;
  throw new DataSpecError(`${path}.group`, `names the column "${name}", which has the same value everywhere`);
}

/** For each example a number in [0, 1) which its group, or what it holds, decides alone. */
function hashPoints({group, splitSeed = 0}: SplitSpec, examples: Divisible, {path}: Purpose): Float64Array {
  const rng = Rng.fromSeed(splitSeed).split('hash').split(path);
  const keys = group === undefined ? examples.keys() : examples.column(group, 'group');
  const points = new Map<string, number>();
  for (const key of keys) if (!points.has(key)) points.set(key, rng.split(key).uniform());
  return Float64Array.from(keys, (key) => points.get(key)!);
}

function checkParts({kept, held}: HeldOut, spec: SplitSpec, examples: Divisible, {path, noun}: Purpose): void {
  if (kept.length > 0 && held.length > 0) return;
  const what = held.length > 0 ? `all ${noun}` : `none of ${examples.numExamples} ${noun}`;
  const {fraction, kFold, fold = 1, column, value, time, from} = spec;
  if (column !== undefined) {
    const values = [...new Set(examples.column(column, 'column'))].slice(0, 5).map((cell) => JSON.stringify(cell));
    const message = `is ${JSON.stringify(value)}; that holds out ${what}`;
    throw new DataSpecError(`${path}.value`, message, `the column "${column}" holds ${values.join(', ')}`);
  }
  if (from !== undefined) throw new DataSpecError(`${path}.from`, `is ${JSON.stringify(from)}; that holds out ${what}`);
  if (time !== undefined && fraction !== undefined)
    throw new DataSpecError(`${path}.time`, `names the column "${time}", which holds the same time everywhere`);
  if (kFold !== undefined) {
    const size = held.length === 0 ? 'would be empty' : 'would hold everything';
    const hint =
      time === undefined ? 'write fewer folds' : 'too many rows have the same time for so many folds; write fewer';
    throw new DataSpecError(`${path}.kFold`, `is ${kFold}; fold ${fold} ${size}`, hint);
  }
  if (examples.points) checkHeld({kept, held}, `${path}.fraction`, fraction!);
  throw new DataSpecError(
    `${path}.fraction`,
    `is ${fraction}; by the hashes of ${spec.group === undefined ? 'the examples' : `${path}.group`} that holds out ${what}`,
    'another splitSeed or fraction may do',
  );
}
