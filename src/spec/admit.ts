import type {Located, LocatedScalar} from './located.js';
import type {SchemaNode} from './schema.js';

/** Whether a scalar satisfies every keyword of a schema for one scalar type. */
export function admitsScalar(schema: SchemaNode, {value}: LocatedScalar): boolean {
  switch (schema.type) {
    case 'integer':
      return Number.isSafeInteger(value) && isInRange(schema, value as number);
    case 'number':
      return Number.isFinite(value) && isInRange(schema, value as number);
    case 'string':
      return (
        typeof value === 'string' &&
        [...value].length >= (schema.minLength ?? 0) &&
        [...value].length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
        (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value))
      );
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return false;
  }
}

function isInRange(schema: SchemaNode, value: number): boolean {
  return (
    value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (schema.maximum ?? Number.POSITIVE_INFINITY) &&
    value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value < (schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY) &&
    (schema.multipleOf === undefined || Number.isInteger(value / schema.multipleOf))
  );
}

/** Whether a value is of the JSON kind that a schema is for, whatever its range. */
export function admitsKind(schema: SchemaNode, node: Located): boolean {
  if (node.kind === 'list') return schema.type === 'array';
  if (node.kind === 'map') return schema.type === 'object';
  if (schema.type === 'integer' || schema.type === 'number') return typeof node.value === 'number';
  return schema.type === typeof node.value;
}

/** Schema of keys that `properties` does not list, if they are allowed. */
export function extraSchemaOf(schema: SchemaNode): ((key: string) => SchemaNode | undefined) | undefined {
  const {patternProperties, additionalProperties} = schema;
  if (patternProperties) {
    return (key) => Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];
  }
  if (typeof additionalProperties === 'object') return () => additionalProperties;
  return undefined;
}
