import type {Origin} from './origin.js';
import type {Path} from './path.js';
import type {Place} from './source.js';

export type Scalar = string | number | boolean | null;

/**
 * A value of a spec that still knows where it was written. Everything between YAML and the checked spec (extends,
 * overrides, references) is a rewriting of such trees, so that no message ever loses its position. Trees are immutable.
 */
export type Located = LocatedScalar | LocatedList | LocatedMap;

interface Written {
  readonly place: Place;
  readonly origin: Origin;
}

export interface LocatedScalar extends Written {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

export interface LocatedList extends Written {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedMap extends Written {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly keyPlace: Place;
  readonly value: Located;
}

/** A plain value as a tree that was all written at one place: for defaults and shorthands. */
export function locate(value: unknown, written: Written): Located {
  if (Array.isArray(value)) return {...written, kind: 'list', items: value.map((item) => locate(item, written))};
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, member]) => [key, {keyPlace: written.place, value: locate(member, written)}] as const,
    );
    return {...written, kind: 'map', entries: new Map(entries)};
  }
  return {...written, kind: 'scalar', value: value as Scalar};
}

/** The value of a tree, without its places. */
export function plainOf(node: Located): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  // By definition, since `__proto__` may be a key.
  return Object.fromEntries([...node.entries].map(([key, {value}]) => [key, plainOf(value)]));
}

/** A copy of `map` with one entry set or, for undefined, removed. */
export function withEntry(map: LocatedMap, key: string, entry: Entry | undefined): LocatedMap {
  const entries = new Map(map.entries);
  if (entry) entries.set(key, entry);
  else entries.delete(key);
  return {...map, entries};
}

/** `adam` as `{type: adam}`, for values that get arguments later; undefined for anything but a text. */
export function expandShorthand(node: Located): LocatedMap | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const {place, origin} = node;
  return {kind: 'map', place, origin, entries: new Map([['type', {keyPlace: place, value: node}]])};
}

/** The node at a path, or undefined. */
export function nodeAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.value;
    else if (node?.kind === 'list' && typeof step === 'number') node = node.items[step];
    else return undefined;
  }
  return node;
}

/** Dotted paths of everything in a tree, for suggestions. */
export function pathsOf(node: Located, prefix = ''): string[] {
  const join = (step: string | number): string => (prefix === '' ? String(step) : `${prefix}.${step}`);
  if (node.kind === 'scalar') return [];
  const members: (readonly [string, Located])[] =
    node.kind === 'list'
      ? node.items.map((item, i) => [join(i), item])
      : [...node.entries].map(([key, entry]) => [join(key), entry.value]);
  return members.flatMap(([path, member]) => [path, ...pathsOf(member, path)]);
}

/** How messages show a value: numbers as written, text in quotes, the rest by kind. */
export function describeValue(node: Located): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : `a list of ${node.items.length}`;
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') {
    return JSON.stringify(node.value.length > 60 ? `${node.value.slice(0, 57)}…` : node.value);
  }
  const written = node.place.source.text.slice(node.place.start, node.place.end);
  return typeof node.value === 'number' && /^[-+.\w]{1,40}$/.test(written) ? written : String(node.value);
}
