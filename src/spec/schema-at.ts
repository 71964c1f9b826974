import type {Path} from './path.js';
import {choicesOf, type SchemaNode} from './schema.js';

/** The schema of the value at a path; `value` decides between alternatives. @returns undefined where no schema says anything */
export function schemaAt(schema: SchemaNode, value: unknown, path: Path): SchemaNode | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const member = memberOf(value, step);
  for (const alternative of alternativesOf(schema, value)) {
    const {items, properties = {}} = alternative;
    const key = String(step);
    const below =
      typeof step === 'number' && items !== undefined
        ? 'length' in items
          ? items[step]
          : items
        : Object.hasOwn(properties, key)
          ? properties[key]
          : Object.values(alternative.patternProperties ?? {})[0];
    const found = below && schemaAt(below, member, rest);
    if (found) return found;
  }
  return undefined;
}

function alternativesOf(schema: SchemaNode, value: unknown): readonly SchemaNode[] {
  const chosen = choicesOf(schema)?.get(String(memberOf(value, 'type')));
  if (chosen) return [chosen];
  return schema.anyOf?.flatMap((member) => alternativesOf(member, value)) ?? [schema];
}

/** The value at a path of plain data. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(memberOf, value);
}

function memberOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}
