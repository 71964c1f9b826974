import {formatPath, type Path} from './path.js';
import {choicesOf, type SchemaNode} from './schema.js';
import {nearest} from './suggest.js';

/**
 * A hint for a key that stands at the wrong level: "`epochs` belongs in `training`".
 * @param from where it stands
 */
export function homesOf(root: SchemaNode, key: string, from: Path): string | undefined {
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
