/**
 * The part of JSON Schema that specs are described with. TypeBox's objects are such nodes; `checkedSchema` proves that a
 * schema uses nothing else, so the validator cannot pass over a keyword it does not know.
 */
export interface SchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  /** Values for instance, which a mistyped one is compared with. */
  readonly examples?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** One schema for every item, or one per item. */
  readonly items?: SchemaNode | readonly SchemaNode[];
  readonly additionalItems?: false;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly discriminator?: {readonly propertyName: string};
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  /** What the value must be, in words, where the keywords alone read badly: a pattern, a union. */
  readonly 'x-expected'?: string;
  /** A bare string stands for `{type: string}`. */
  readonly 'x-shorthand'?: string;
  /** The key of a map without required keys that a bare value most likely means. */
  readonly 'x-main'?: string;
  /**
   * What to say of what people try and does not exist: of a map, keys; of a union by `type` and of words to choose from, other words,
   * in `comparable` form, or `number`.
   */
  readonly 'x-hints'?: Readonly<Record<string, string>>;
  /** A path of the file system, relative to the file it is written in. */
  readonly 'x-path'?: boolean;
}

const keywords: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum'],
  ...['exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'pattern', 'items', 'additionalItems', 'minItems'],
  ...[
    'maxItems',
    'uniqueItems',
    'properties',
    'required',
    'additionalProperties',
    'patternProperties',
    'discriminator',
  ],
  ...['oneOf', 'anyOf', 'x-expected', 'x-shorthand', 'x-path', 'x-hints', 'x-main'],
]);

/** Schemas found right before. The same object stands in many places (an initializer in every layer); once is enough. */
const found = new WeakSet<object>();

/** @throws Error (a bug) naming the place if a schema uses a keyword that specs are not described with. */
export function checkedSchema(schema: object, place = 'schema'): SchemaNode {
  if (found.has(schema)) return schema as SchemaNode;
  for (const key of Object.keys(schema)) {
    if (!keywords.has(key)) throw new Error(`${place} uses the keyword ${key}, which the validator does not know`);
  }
  const node = schema as SchemaNode;
  for (const [name, children] of Object.entries(childrenOf(node))) {
    for (const [i, child] of children.entries()) checkedSchema(child, `${place}/${name}/${i}`);
  }
  found.add(schema);
  return node;
}

/** All schemas directly inside one, by the keyword they stand under. */
function childrenOf(node: SchemaNode): Record<string, readonly SchemaNode[]> {
  const {items, additionalProperties} = node;
  return {
    properties: Object.values(node.properties ?? {}),
    patternProperties: Object.values(node.patternProperties ?? {}),
    additionalProperties: typeof additionalProperties === 'object' ? [additionalProperties] : [],
    items: items === undefined ? [] : 'length' in items ? items : [items],
    oneOf: node.oneOf ?? [],
    anyOf: node.anyOf ?? [],
  };
}

/** The alternatives of a union discriminated by `type`, by that word; undefined for any other schema. */
export function choicesOf(schema: SchemaNode): ReadonlyMap<string, SchemaNode> | undefined {
  if (!schema.discriminator) return undefined;
  const {propertyName} = schema.discriminator;
  return new Map((schema.oneOf ?? []).map((member) => [String(member.properties?.[propertyName]?.const), member]));
}

/** Literal values a schema admits if it admits nothing else. */
export function literalsOf(schema: SchemaNode): readonly (string | number | boolean)[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return schema.enum;
  if (!schema.anyOf) return undefined;
  const literals = schema.anyOf.map(literalsOf);
  return literals.includes(undefined) ? undefined : literals.flatMap((values) => values ?? []);
}
