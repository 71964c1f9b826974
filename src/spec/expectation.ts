import {describeValue, type Located} from './located.js';
import {choicesOf, literalsOf, type SchemaNode} from './schema.js';

/** What a schema admits, in words that follow "must be": `an integer ≥ 1`, `one of min, max`, `a list of numbers`. */
export function expectationOf(schema: SchemaNode): string {
  if (schema['x-expected'] !== undefined) return schema['x-expected'];
  const literals = literalsOf(schema);
  if (literals) return literals.length <= 2 ? literals.join(' or ') : `one of ${literals.join(', ')}`;
  const choices = choicesOf(schema);
  if (choices) return `${withArticle(schema.title ?? 'map')} (${[...choices.keys()].join(', ')})`;
  if (schema.anyOf) return [...new Set(schema.anyOf.map(expectationOf))].join(' or ');
  switch (schema.type) {
    case 'integer':
      return `an integer${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'string':
      return schema.pattern !== undefined
        ? `text that matches ${schema.pattern}`
        : schema.minLength
          ? 'a non-empty text'
          : 'text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return listExpectation(schema);
    default:
      return 'a map of keys and values';
  }
}

function rangeOf(schema: SchemaNode): string {
  const {minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf} = schema;
  const multiple = multipleOf === undefined ? '' : ` divisible by ${multipleOf}`;
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  if (low === undefined && high === undefined) return multiple;
  if (high === undefined) return `${multiple} ${minimum === undefined ? '>' : '≥'} ${low}`;
  if (low === undefined) return `${multiple} ${maximum === undefined ? '<' : '≤'} ${high}`;
  return `${multiple} in ${minimum === undefined ? '(' : '['}${low}, ${high}${maximum === undefined ? ')' : ']'}`;
}

function listExpectation(schema: SchemaNode): string {
  const {items, minItems = 0, maxItems} = schema;
  if (items !== undefined && 'length' in items) {
    return `a list of ${items.length}: ${items.map(expectationOf).join(', ')}`;
  }
  const size = minItems === maxItems ? `${minItems} ` : minItems > 1 ? `at least ${minItems} ` : '';
  const what = items === undefined ? 'values' : pluralOf(items);
  const end = maxItems !== undefined && maxItems !== minItems ? `, at most ${maxItems}` : '';
  return `${minItems === 1 && maxItems !== 1 ? 'a non-empty list' : 'a list'} of ${size}${what}${end}`;
}

/** `integers ≥ 1`, `layers`. */
function pluralOf(schema: SchemaNode): string {
  const choices = choicesOf(schema);
  if (choices) return schema.title === undefined ? 'maps' : plural(schema.title);
  const phrase = expectationOf(schema);
  const [, noun, rest] = /^an? (integer|number)(.*)$/.exec(phrase) ?? [];
  if (noun !== undefined) return `${noun}s${rest}`;
  if (schema.type === 'string') return 'texts';
  return schema.type === 'object' ? 'maps' : `values, each ${phrase}`;
}

export const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;

export const plural = (noun: string): string => (/(s|x|ch)$/.test(noun) ? `${noun}es` : `${noun}s`);

/** How to mend a value that has the wrong kind, if it is a well-known slip. */
export function mendingOf(schema: SchemaNode, node: Located): string | undefined {
  const kinds = kindsOf(schema);
  if (node.kind === 'map' && kinds.has('array')) return 'begin each item of the list with `- `';
  if (node.kind !== 'scalar') return undefined;
  if (node.value === null) return 'write a value behind the colon, or remove the key';
  if (schema.type === 'object' && schema.properties) return mapFor(schema, node);
  if (kinds.has('array') && fitsItem(schema, node)) return `write [${String(node.value)}]`;
  const {value} = node;
  if (schema.type === 'integer' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return `whole numbers go up to ${Number.MAX_SAFE_INTEGER}`;
  }
  if (typeof value !== 'string') {
    const fits = literalsOf(schema)?.includes(String(value)) ?? !kinds.has('number');
    return kinds.has('string') && fits ? `put it in quotes: "${describeValue(node)}"` : undefined;
  }
  if (kinds.has('number')) {
    if (value.trim() !== '' && Number.isFinite(Number(value))) return 'remove the quotes';
    const plain = value.replaceAll(/[_,']/g, '');
    if (/^[-+]?\d+$/.test(plain) && /^[-+]?\d{1,3}(?:[_,']\d{3})+$/.test(value)) return `write ${plain}`;
    const [, percent] = /^(\d+(?:\.\d+)?) ?%$/.exec(value) ?? [];
    if (percent !== undefined) return `write ${Number(percent) / 100}`;
    const [, top, bottom] = /^([\d.]+) ?\/ ?([\d.]+)$/.exec(value) ?? [];
    if (top !== undefined) return `nothing is calculated in a spec: write ${Number(top) / Number(bottom)}`;
  }
  if (schema.pattern !== undefined) {
    const slug = value
      .trim()
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '');
    return new RegExp(schema.pattern, 'u').test(slug) ? `write ${slug}` : undefined;
  }
  if (kinds.has('boolean') && /^(yes|on|y|true)$/i.test(value)) return 'write true';
  if (kinds.has('boolean') && /^(no|off|n|false)$/i.test(value)) return 'write false';
  return undefined;
}

/** `{fraction: 0.2}` for 0.2 where a map needs one key only; else the keys there are. */
function mapFor({properties = {}, required = [], 'x-main': main}: SchemaNode, node: Located): string {
  const keys = Object.keys(properties);
  const needed = required.filter((key) => properties[key]?.default === undefined);
  const only = main ?? needed[0];
  const known = `keys: ${keys.join(', ')}`;
  if (only === undefined) return `write {} for its defaults; ${known}`;
  const isFit =
    needed.length === (main === undefined ? 1 : 0) &&
    node.kind === 'scalar' &&
    kindsOf(properties[only] ?? {}).has(typeof node.value);
  return isFit ? `write {${only}: ${describeValue(node)}}` : known;
}

function fitsItem(schema: SchemaNode, node: Located): boolean {
  const arrays = [schema, ...(schema.anyOf ?? [])].filter((one) => one.type === 'array');
  return arrays.some(({items, minItems = 0}) => {
    if (items === undefined || 'length' in items || minItems > 1) return false;
    const kinds = kindsOf(items);
    const kind = node.kind === 'scalar' ? typeof node.value : node.kind;
    return kinds.has(kind) || (kind === 'string' && items['x-shorthand'] !== undefined);
  });
}

/** JSON kinds a schema admits; integers count as numbers. */
function kindsOf(schema: SchemaNode): ReadonlySet<string> {
  const literals = literalsOf(schema);
  if (literals) return new Set(literals.map((literal) => typeof literal));
  if (schema.anyOf) return new Set(schema.anyOf.flatMap((member) => [...kindsOf(member)]));
  return new Set([schema.type === 'integer' ? 'number' : (schema.type ?? 'object')]);
}
