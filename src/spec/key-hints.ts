import type {Located, LocatedMap} from './located.js';
import {formatPath, type Path} from './path.js';
import {choicesOf, type SchemaNode} from './schema.js';
import {comparable, nearest} from './suggest.js';

/** What somebody who wrote an unknown key most likely meant. */
export interface KeyHint {
  /** The key of this map that was meant, if that is clear. */
  readonly near?: string;
  readonly hint: string;
}

/** What a schema itself says of a word that does not exist. */
export function writtenHint({'x-hints': hints}: SchemaNode, word: string): string | undefined {
  return hints && Object.hasOwn(hints, word) ? hints[word] : undefined;
}

/** `{epochs:3}` is a key without a value to YAML. */
export function gluedColon(key: string | number | undefined, value: Located | undefined): string | undefined {
  const [, name, rest] = /^(\w+):(.+)$/.exec(String(key)) ?? [];
  const isEmpty = value?.kind === 'scalar' && value.value === null;
  return name !== undefined && isEmpty ? `put a space behind the colon: ${name}: ${rest}` : undefined;
}

/** @param schema of the map `node` at `path` that holds the unknown `key` */
export function unknownKeyHint(
  root: SchemaNode,
  schema: SchemaNode,
  key: string,
  node: LocatedMap,
  path: Path,
): KeyHint {
  const written = writtenHint(schema, key) ?? writtenHint(schema, comparable(key));
  if (written !== undefined) return {hint: written};
  const glued = gluedColon(key, node.entries.get(key)?.value);
  if (glued !== undefined) return {hint: glued};
  const keys = Object.keys(schema.properties ?? {});
  const free = keys.filter((candidate) => !node.entries.has(candidate));
  const near = nearest(key, free) ?? nearest(key, keys);
  if (near !== undefined) return {near, hint: `did you mean \`${near}\`?`};
  const takes = keys.filter((candidate) => candidate !== 'type').join(', ');
  const standard = takes === '' ? (schema['x-expected'] ?? 'it takes no arguments') : `keys here: ${takes}`;
  return {hint: homesOf(root, key, path) ?? standard};
}

/**
 * A hint for a key that stands at the wrong level: "`epochs` belongs in `training`".
 * @param from where it stands
 */
function homesOf(root: SchemaNode, key: string, from: Path): string | undefined {
  const homes = new Map<string, string[]>();
  collect(root, [], homes);
  const name = homes.has(key) ? key : nearest(key, homes.keys());
  const places = (name === undefined ? undefined : homes.get(name))?.filter((place) => place !== formatPath(from));
  if (name === undefined || !places || places.length === 0 || places.length > 3) return undefined;
  const list = places.map((place) => (place === 'the spec' ? 'the top of the spec' : `\`${place}\``)).join(' or ');
  return name === key ? `\`${key}\` belongs in ${list}` : `did you mean \`${name}\`? It belongs in ${list}`;
}

/** Names of all keys that stand outside lists, with the maps that have them. */
function collect(schema: SchemaNode, path: Path, homes: Map<string, string[]>): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (key === 'type') continue;
    const places = homes.get(key) ?? [];
    const place = formatPath(path);
    if (!places.includes(place)) homes.set(key, [...places, place]);
    collect(property, [...path, key], homes);
  }
  for (const member of choicesOf(schema)?.values() ?? schema.anyOf ?? []) collect(member, path, homes);
}
