import {choicesOf, literalsOf, type SchemaNode} from './schema.js';

/** JSON Schema (draft-07) as editors read it. */
export type JsonSchema = {readonly [key: string]: unknown};

const reference = {$ref: '#/definitions/reference'};

/**
 * The schema that editors complete, check and explain a spec with, from the one that exp checks with. It is more lenient
 * where the file alone does not tell: `${…}` may stand for anything, what `extends` brings is not missing.
 */
export function editorSchema(schema: SchemaNode, id: string): JsonSchema {
  const converter = new Converter();
  const {properties, ...rest} = converter.convertObject(schema, false);
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
      ...Object.fromEntries(converter.definitions),
      reference: {
        type: 'string',
        pattern: '^\\$\\{.+\\}$',
        description: `The value of another key, \${a.b}, or of an environment variable, \${env:NAME} or \${env:NAME:-default}.`,
      },
    },
  };
}

/** One conversion; alternatives of unions are collected as definitions, since initializers and the like occur many times. */
class Converter {
  readonly definitions = new Map<string, JsonSchema>();

  /** @param isWhole whether all of the value is certainly in this file: inside a list it is, since lists replace */
  convert(schema: SchemaNode, isWhole: boolean): JsonSchema {
    const about = aboutOf(schema);
    const choices = choicesOf(schema);
    if (choices) return {...about, ...this.convertChoice(schema, choices, isWhole)};
    if (literalsOf(schema)) return {...about, anyOf: [{enum: literalsOf(schema)}, reference]};
    if (schema.anyOf)
      return {...about, anyOf: [...schema.anyOf.map((member) => this.convert(member, isWhole)), reference]};
    switch (schema.type) {
      case 'object':
        return {...about, ...this.convertObject(schema, isWhole)};
      case 'array':
        return {...about, ...this.convertArray(schema)};
      case 'string':
        return {...about, type: 'string', ...(schema.minLength === undefined ? {} : {minLength: schema.minLength})};
      case undefined:
        return about;
      default:
        return {...about, anyOf: [withoutNotes(schema), reference]};
    }
  }

  convertObject(schema: SchemaNode, isWhole: boolean): JsonSchema {
    const properties = Object.entries(schema.properties ?? {}).map(([key, one]) => [key, this.convert(one, isWhole)]);
    const required = isWhole ? requiredOf(schema) : [];
    return {
      ...aboutOf(schema),
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 ? {required} : {}),
      ...this.convertExtra(schema, isWhole),
    };
  }

  /** What keys beside `properties` may be. */
  private convertExtra({additionalProperties, patternProperties = {}}: SchemaNode, isWhole: boolean): JsonSchema {
    if (typeof additionalProperties === 'object') {
      return {additionalProperties: this.convert(additionalProperties, isWhole)};
    }
    const patterns = Object.entries(patternProperties).map(([key, one]) => [key, this.convert(one, isWhole)]);
    return {
      ...(patterns.length > 0 ? {patternProperties: Object.fromEntries(patterns)} : {}),
      additionalProperties: false,
    };
  }

  private convertArray({items, minItems, maxItems}: SchemaNode): JsonSchema {
    const size = {...(minItems === undefined ? {} : {minItems}), ...(maxItems === undefined ? {} : {maxItems})};
    if (items === undefined) return {type: 'array', ...size};
    const converted = 'length' in items ? items.map((item) => this.convert(item, true)) : this.convert(items, true);
    return {type: 'array', ...size, items: converted};
  }

  /**
   * One alternative per word, told apart by `type`, and the bare words where they are a shorthand. `type` is listed beside
   * them as well: editors complete it from there before the alternative's other arguments are written.
   */
  private convertChoice(schema: SchemaNode, choices: ReadonlyMap<string, SchemaNode>, isWhole: boolean): JsonSchema {
    const words = [...choices].map(([word, member]) => ({const: word, description: member.description}));
    const members = [...choices].map(([word, member]) => {
      const converted = this.convertObject(member, isWhole);
      const properties = {
        ...(converted.properties as JsonSchema),
        type: {const: word, description: member.description},
      };
      return this.define(`${schema.title ?? 'choice'}.${word}`, {...converted, properties});
    });
    const withoutType = {type: 'object', properties: {type: false}};
    const shorthands = schema['x-shorthand'] === undefined ? [] : words;
    return {properties: {type: {anyOf: words}}, anyOf: [...members, ...shorthands, ...(isWhole ? [] : [withoutType])]};
  }

  /** A reference to a definition; the schema itself if the name is taken by another one. */
  private define(name: string, schema: JsonSchema): JsonSchema {
    const known = this.definitions.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) return schema;
    this.definitions.set(name, schema);
    return {$ref: `#/definitions/${name}`};
  }
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
