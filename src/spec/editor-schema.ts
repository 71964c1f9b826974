import {choicesOf, literalsOf, type SchemaNode} from './schema.js';

/** JSON Schema (draft-07) as editors read it. */
export type JsonSchema = {readonly [key: string]: unknown};

const reference = {$ref: '#/definitions/reference'};

/**
 * The schema that editors complete, check and explain a spec with, from the one that exp checks with. It is more lenient
 * where the file alone does not tell: `${…}` may stand for anything, what `extends` brings is not missing.
 */
export function editorSchema(schema: SchemaNode, id: string): JsonSchema {
  const {properties, ...rest} = convertObject(schema, false);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: id,
    ...rest,
    properties: {
      extends: {
        type: 'string',
        description: 'A spec to start from, relative to this file. Maps merge key by key, lists replace, null removes.',
      },
      ...(properties as JsonSchema),
    },
    if: {not: {required: ['extends']}},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: requirementsOf(schema),
    definitions: {
      reference: {
        type: 'string',
        pattern: '^\\$\\{.+\\}$',
        description: `The value of another key, \${a.b}, or of an environment variable, \${env:NAME} or \${env:NAME:-default}.`,
      },
    },
  };
}

/** @param isWhole whether all of the value is certainly in this file: inside a list it is, since lists replace */
function convert(schema: SchemaNode, isWhole: boolean): JsonSchema {
  const about = aboutOf(schema);
  const choices = choicesOf(schema);
  if (choices) return {...about, ...convertChoice(schema, choices, isWhole)};
  if (literalsOf(schema)) return {...about, anyOf: [{enum: literalsOf(schema)}, reference]};
  if (schema.anyOf) {
    return {
      ...about,
      anyOf: [...schema.anyOf.map((member) => convert({...member, default: undefined}, isWhole)), reference],
    };
  }
  switch (schema.type) {
    case 'object':
      return {...about, ...convertObject(schema, isWhole)};
    case 'array':
      return {...about, ...convertArray(schema)};
    case 'string':
      return {...about, type: 'string', ...(schema.minLength === undefined ? {} : {minLength: schema.minLength})};
    case undefined:
      return about;
    default:
      return {...about, anyOf: [withoutNotes(schema), reference]};
  }
}

function convertObject(schema: SchemaNode, isWhole: boolean): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    convert(property, isWhole),
  ]);
  const required = isWhole ? requiredOf(schema) : [];
  return {
    ...aboutOf(schema),
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? {required} : {}),
    additionalProperties:
      typeof schema.additionalProperties === 'object' ? convert(schema.additionalProperties, isWhole) : false,
  };
}

function convertArray({items, minItems, maxItems}: SchemaNode): JsonSchema {
  const size = {...(minItems === undefined ? {} : {minItems}), ...(maxItems === undefined ? {} : {maxItems})};
  if (items === undefined) return {type: 'array', ...size};
  return {
    type: 'array',
    ...size,
    items: 'length' in items ? items.map((item) => convert(item, true)) : convert(items, true),
  };
}

/** One alternative per word, told apart by `type`, and the bare words where they are a shorthand. */
function convertChoice(schema: SchemaNode, choices: ReadonlyMap<string, SchemaNode>, isWhole: boolean): JsonSchema {
  const members = [...choices.values()].map((member) => {
    const converted = convertObject(member, isWhole);
    const {type, ...others} = converted.properties as JsonSchema;
    return {...converted, properties: {type: typeSchema(member, type as JsonSchema), ...others}};
  });
  const words = [...choices].map(([word, member]) => ({const: word, description: member.description}));
  const open = {type: 'object', properties: {type: false}};
  return {
    anyOf: [...members, ...(schema['x-shorthand'] === undefined ? [] : words), ...(isWhole ? [] : [open])],
  };
}

/** `type` itself is never a reference. */
function typeSchema(member: SchemaNode, converted: JsonSchema): JsonSchema {
  return {const: member.properties?.type?.const, description: converted.description ?? member.description};
}

/** What must be there if nothing is extended: `required` for maps outside lists and outside choices. */
function requirementsOf(schema: SchemaNode): JsonSchema {
  const properties = Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.type === 'object' && property.properties && !property.discriminator)
    .map(([key, property]) => [key, requirementsOf(property)] as const)
    .filter(([, requirements]) => Object.keys(requirements).length > 0);
  const required = requiredOf(schema);
  return {
    ...(required.length > 0 ? {required} : {}),
    ...(properties.length > 0 ? {properties: Object.fromEntries(properties)} : {}),
  };
}

/** Keys that must be written: those without a default. */
const requiredOf = ({required = [], properties = {}}: SchemaNode): readonly string[] =>
  required.filter((key) => properties[key]?.default === undefined);

const aboutOf = ({title, description, default: value}: SchemaNode): JsonSchema => ({
  ...(title === undefined ? {} : {title}),
  ...(description === undefined ? {} : {description}),
  ...(value === undefined ? {} : {default: value}),
});

/** The keywords that decide, without title, description, default and our own. */
const withoutNotes = (schema: SchemaNode): JsonSchema =>
  Object.fromEntries(
    Object.entries(schema).filter(
      ([key]) => !['title', 'description', 'default'].includes(key) && !key.startsWith('x-'),
    ),
  );
