import {choicesOf, literalsOf, type SchemaNode} from '../../src/spec/schema.js';
import type {Draw} from './draw.js';

/** A value that a schema describes, more or less: the patterns and ranges that only words tell are not all kept. Maps are Maps. */
export function schemaValue(schema: SchemaNode, draw: Draw, depth = 0): unknown {
  if (draw.chance(0.01)) return draw.anything();
  const literals = literalsOf(schema);
  if (literals) return draw.pick(literals);
  const choices = choicesOf(schema);
  if (choices) {
    const [word, member] = draw.pick([...choices]);
    return schema['x-shorthand'] && draw.chance(0.4) ? word : schemaValue(member, draw, depth + 1);
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return schemaValue(draw.pick(alternatives), draw, depth + 1);
  switch (schema.type) {
    case 'object':
      return mapOf(schema, draw, depth);
    case 'array':
      return listOf(schema, draw, depth);
    case 'string':
      return schema.pattern === undefined || draw.chance(0.2)
        ? draw.text()
        : draw.pick(['a', 'b1', 'main', 'f'.repeat(64), 'http://127.0.0.1:9/x']);
    case 'integer':
      return Math.round(numberIn(schema, draw));
    case 'number':
      return numberIn(schema, draw);
    case 'boolean':
      return draw.chance(0.5);
    case 'null':
      return null;
    default:
      return draw.anything();
  }
}

function numberIn(schema: SchemaNode, draw: Draw): number {
  if (draw.chance(0.1)) return draw.number();
  const low = schema.minimum ?? schema.exclusiveMinimum ?? 0;
  const high = schema.maximum ?? schema.exclusiveMaximum ?? low + 16;
  if (draw.chance(0.2)) return draw.pick([low, high]);
  const step = schema.type === 'integer' ? 1 : (high - low) / 8;
  return low + step * draw.below(Math.min(9, (high - low) / step + 1));
}

function listOf(schema: SchemaNode, draw: Draw, depth: number): unknown[] {
  const {items = {}, minItems = 0, maxItems = minItems + 4} = schema;
  if ('length' in items) return items.map((item) => schemaValue(item, draw, depth + 1));
  const length = depth > 12 ? minItems : minItems + draw.count(Math.min(4, maxItems - minItems));
  return Array.from({length}, () => schemaValue(items as SchemaNode, draw, depth + 1));
}

function mapOf(schema: SchemaNode, draw: Draw, depth: number): Map<string, unknown> {
  const map = new Map<string, unknown>();
  const often = depth > 10 ? 0 : depth < 2 ? 0.35 : 0.15;
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const isRequired = schema.required?.includes(key) === true && member.default === undefined;
    if (isRequired ? draw.chance(0.99) : draw.chance(often)) map.set(key, schemaValue(member, draw, depth + 1));
  }
  const extra = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const others = extra ? [extra] : Object.values(schema.patternProperties ?? {});
  if (others.length > 0)
    for (let i = draw.count(3); i > 0; i--) map.set(draw.key(), schemaValue(draw.pick(others), draw, depth + 1));
  return map;
}
