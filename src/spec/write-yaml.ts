import {isDeepStrictEqual} from 'node:util';
import {parse, stringify} from 'yaml';
import type {Origins} from './origin.js';
import {dottedPath, type Path} from './path.js';

/**
 * A resolved spec as YAML that reads back the same to the last character. In a block scalar, the library loses blanks at the start of a
 * text of several lines; such a text is written in quotes.
 */
export function writeYaml(value: unknown): string {
  const text = stringify(value);
  return isDeepStrictEqual(parse(text), value) ? text : stringify(value, {blockQuote: false, lineWidth: 0});
}

/** The text that `writeYaml` made of a resolved spec, to be loaded again: what looks like a reference is text, but for secrets. */
export const asSpecText = (yaml: string): string =>
  // By functions: in a plain replacement `$$` would mean one dollar.
  yaml.replaceAll(/\$\{(?!secret:)/g, (start) => `$${start}`);

/** A resolved spec for the records: `${secret:NAME}` in place of what came from a secret. */
export function withSecretsNamed<Value>(value: Value, origins: Origins): Value {
  const secrets = new Map(
    Object.entries(origins).flatMap(([path, origin]) =>
      origin.kind === 'env' && origin.secret !== undefined ? [[path, origin.secret] as const] : [],
    ),
  );
  if (secrets.size === 0) return value;
  const walk = (node: unknown, path: Path): unknown => {
    const secret = secrets.get(dottedPath(path));
    if (secret !== undefined) return secret;
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member, [...path, key])]));
  };
  return walk(value, []) as Value;
}
