import type {Origin, Origins} from '../spec/origin.js';

/** What one of two specs has. */
export interface SpecSide {
  /** Plain data: a leaf, or a whole entry of a list that the other spec does not have. */
  readonly value: unknown;
  readonly origin?: Origin | undefined;
}

/** A value that is not the same in two specs; a side is undefined where a spec has none. */
export interface SpecDifference {
  /** Dotted path in the first spec that has the value. */
  readonly key: string;
  /** Where it is in B, if that is elsewhere, because entries of a list before it came or went. */
  readonly keyInB?: string;
  readonly a?: SpecSide;
  readonly b?: SpecSide;
}

interface Place {
  readonly value: unknown;
  readonly path: string;
}

type Pair = readonly [a: Place | undefined, b: Place | undefined];

/**
 * Differences of two resolved specs, in the order of the keys. Lists of objects (layers, transforms) are aligned first, so that an
 * inserted layer is one difference and does not shift those after it.
 */
export function specDifferences(
  [a, b]: readonly [a: unknown, b: unknown],
  [originsOfA, originsOfB]: readonly [Origins | undefined, Origins | undefined],
): readonly SpecDifference[] {
  const pairs: Pair[] = [];
  collect(
    [
      {value: a, path: ''},
      {value: b, path: ''},
    ],
    pairs,
  );
  return pairs.map(([inA, inB]) => ({
    key: (inA ?? inB!).path,
    ...(inA && inB && inA.path !== inB.path ? {keyInB: inB.path} : {}),
    ...(inA ? {a: {value: inA.value, origin: originOf(inA.path, originsOfA)}} : {}),
    ...(inB ? {b: {value: inB.value, origin: originOf(inB.path, originsOfB)}} : {}),
  }));
}

/** Of a leaf, or of the first leaf inside. */
function originOf(path: string, origins: Origins = {}): Origin | undefined {
  const inside = Object.keys(origins).find((leaf) => leaf.startsWith(`${path}.`));
  return Object.hasOwn(origins, path) ? origins[path] : inside === undefined ? undefined : origins[inside];
}

function collect([a, b]: Pair, found: Pair[]): void {
  if (a && b && isSame(a.value, b.value)) return;
  const [ofA, ofB] = [a?.value, b?.value];
  if (a && b && isRecord(ofA) && isRecord(ofB)) {
    for (const key of new Set([...Object.keys(ofA), ...Object.keys(ofB)]))
      collect([member(a, key), member(b, key)], found);
  } else if (a && b && isListOfRecords(ofA) && isListOfRecords(ofB)) {
    for (const [i, j] of aligned(ofA, ofB)) collect([member(a, i), member(b, j)], found);
  } else if ((!a || !b) && isSection(ofA ?? ofB)) {
    for (const key of Object.keys((ofA ?? ofB) as object)) collect([a && member(a, key), b && member(b, key)], found);
  } else if (a || b) found.push([a, b]);
}

/** A part of the spec that only one has is told value by value; an entry of a list, which has a type, as a whole. */
const isSection = (value: unknown): boolean => isRecord(value) && !('type' in value) && Object.keys(value).length > 0;

function member({value, path}: Place, key: string | number | undefined): Place | undefined {
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return {
    value: (value as Readonly<Record<string | number, unknown>>)[key],
    path: path === '' ? String(key) : `${path}.${key}`,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfRecords = (value: unknown): value is readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) && value.every(isRecord);

/** YAML of our own: keys in the order of the schema, so that equal data have equal JSON but for the order that a person wrote maps in. */
const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner,
  ) ?? 'undefined';

/**
 * Pairs of indices: entries of the longest common subsequence; between those, entries of the same type in their order; the rest alone.
 */
function aligned(
  a: readonly Readonly<Record<string, unknown>>[],
  b: readonly Readonly<Record<string, unknown>>[],
): readonly (readonly [number | undefined, number | undefined])[] {
  const [keysA, keysB] = [a.map(canonical), b.map(canonical)];
  const lengths = Array.from({length: a.length + 1}, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const isEqual = keysA[i] === keysB[j];
      lengths[i]![j] = isEqual ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const pairs: (readonly [number | undefined, number | undefined])[] = [];
  let [i, j] = [0, 0];
  let [onlyA, onlyB]: [number[], number[]] = [[], []];
  const flush = (): void => {
    pairs.push(...sameTypes(onlyA, onlyB, a, b));
    [onlyA, onlyB] = [[], []];
  };
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && keysA[i] === keysB[j]) {
      flush();
      pairs.push([i++, j++]);
    } else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) onlyA.push(i++);
    else onlyB.push(j++);
  }
  flush();
  return pairs;
}

function sameTypes(
  onlyA: readonly number[],
  onlyB: readonly number[],
  a: readonly Readonly<Record<string, unknown>>[],
  b: readonly Readonly<Record<string, unknown>>[],
): readonly (readonly [number | undefined, number | undefined])[] {
  const pairs: (readonly [number | undefined, number | undefined])[] = [];
  let next = 0;
  for (const i of onlyA) {
    const at = onlyB.findIndex((j, index) => index >= next && a[i]!.type === b[j]!.type);
    if (at < 0) {
      pairs.push([i, undefined]);
      continue;
    }
    for (const j of onlyB.slice(next, at)) pairs.push([undefined, j]);
    pairs.push([i, onlyB[at]]);
    next = at + 1;
  }
  for (const j of onlyB.slice(next)) pairs.push([undefined, j]);
  return pairs;
}
