import {dirname, isAbsolute, relative, resolve} from 'node:path';
import {admitsKind, admitsScalar, extraSchemaOf} from './admit.js';
import {maxExplained, type Problem} from './diagnostic.js';
import {expectationOf, mendingOf, plural, withArticle} from './expectation.js';
import {gluedColon, unknownKeyHint, writtenHint} from './key-hints.js';
import {
  describeValue,
  expandShorthand,
  type Located,
  type LocatedList,
  type LocatedMap,
  type LocatedScalar,
  locate,
  plainOf,
  withEntry,
} from './located.js';
import type {Origin} from './origin.js';
import {dottedPath, formatPath, type Path} from './path.js';
import {choicesOf, literalsOf, type SchemaNode} from './schema.js';
import type {Place} from './source.js';
import {comparable, nearest} from './suggest.js';

/** Where a value of the checked spec was written; its key too, if it has one. */
export interface WrittenAt {
  readonly value: Place;
  readonly key?: Place;
}

/** A tree checked against a schema. `value` is whole only if there are no problems. */
export interface Validated {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** By dotted path, leaves only. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** By dotted path, for what was written; not for defaults. */
  readonly places: ReadonlyMap<string, WrittenAt>;
}

/**
 * Checks a tree against a schema, expands shorthands and fills defaults, in one walk. One message per mistake: a union
 * reports about the alternative that was meant, a misspelt key is not reported missing as well.
 * @param baseDir folder that relative paths of the result start from
 * @param at where the tree stands in the spec
 */
export function validate(schema: SchemaNode, root: Located, baseDir: string, at: Path = []): Validated {
  const walk = new Walk(schema, baseDir);
  const value = walk.check(schema, root, at);
  return {value, problems: walk.problems, origins: walk.origins, places: walk.places};
}

class Walk {
  readonly problems: Problem[] = [];
  readonly origins: Record<string, Origin> = {};
  readonly places = new Map<string, WrittenAt>();

  constructor(
    private readonly rootSchema: SchemaNode,
    private readonly baseDir: string,
  ) {}

  check(schema: SchemaNode, node: Located, path: Path, keyPlace?: Place): unknown {
    if (node.origin.kind !== 'default') {
      this.places.set(dottedPath(path), {value: node.place, ...(keyPlace ? {key: keyPlace} : {})});
    }
    const literals = literalsOf(schema);
    if (literals) return this.checkLiteral(schema, literals, node, path);
    const choices = choicesOf(schema);
    if (choices) return this.checkChoice(schema, choices, node, path);
    if (schema.anyOf) return this.checkUnion(schema, schema.anyOf, node, path);
    if (schema.type === 'array' && node.kind === 'list') return this.checkList(schema, node, path);
    if (schema.type === 'object' && node.kind === 'map') return this.checkMap(schema, node, path);
    if (schema.type === undefined) return this.keep(node, path);
    if (node.kind === 'scalar' && admitsScalar(schema, node)) {
      this.origins[dottedPath(path)] = node.origin;
      return schema['x-path'] ? this.rebase(node) : node.value;
    }
    const isWord = node.kind === 'scalar' && typeof node.value === 'string';
    const near = isWord ? nearest(String(node.value), (schema.examples ?? []).map(String)) : undefined;
    return this.refuseValue(schema, node, path, near === undefined ? undefined : `did you mean \`${near}\`?`);
  }

  private checkLiteral(
    schema: SchemaNode,
    literals: readonly (string | number | boolean)[],
    node: Located,
    path: Path,
  ): unknown {
    if (node.kind === 'scalar' && literals.some((literal) => literal === node.value)) {
      this.origins[dottedPath(path)] = node.origin;
      return node.value;
    }
    const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
    const tried = node.kind === 'scalar' ? (text === undefined ? typeof node.value : comparable(text)) : '';
    const near = text === undefined ? undefined : nearest(text, literals.map(String));
    const hint = writtenHint(schema, tried) ?? (near === undefined ? undefined : `did you mean \`${near}\`?`);
    if (text === undefined || literals.length <= 6) return this.refuseValue(schema, node, path, hint);
    return this.refuse(
      node.place,
      path,
      `${formatPath(path)} cannot be \`${text}\``,
      hint ?? `it must be ${expectationOf(schema)}`,
    );
  }

  private checkChoice(
    schema: SchemaNode,
    choices: ReadonlyMap<string, SchemaNode>,
    node: Located,
    path: Path,
  ): unknown {
    const noun = schema.title ?? 'value';
    const words = [...choices.keys()];
    const expanded = schema['x-shorthand'] === undefined ? undefined : expandShorthand(node);
    if (expanded) return this.checkChoice(schema, choices, expanded, path);
    if (node.kind !== 'map') {
      const shown =
        schema['x-shorthand'] === undefined ? `a map such as {type: ${words[0]}}` : `one of ${words.join(', ')}`;
      const hint =
        node.kind === 'scalar' && typeof node.value === 'string' && choices.has(node.value)
          ? `write {type: ${node.value}}`
          : node.kind === 'scalar' && node.value === null
            ? (gluedColon(path.at(-1), node) ?? mendingOf(schema, node))
            : undefined;
      return this.refuse(node.place, path, `${formatPath(path)} must be ${shown}; got ${describeValue(node)}`, hint);
    }
    const type = node.entries.get('type');
    if (!type) {
      const [typo] = [...node.entries].filter(([key]) => nearest(key, ['type']) !== undefined);
      const message = `${formatPath(path)} is ${withArticle(noun)} without its \`type\``;
      const hint = typo ? `did you mean \`type\` by \`${typo[0]}\`?` : listed(noun, words);
      return this.refuse(typo?.[1].keyPlace ?? node.place, path, message, hint);
    }
    const word = type.value.kind === 'scalar' ? type.value.value : undefined;
    const member = typeof word === 'string' ? choices.get(word) : undefined;
    if (!member) {
      // Of `nn.Linear` and `keras.layers.Dense` the last word counts.
      const bare = typeof word === 'string' ? word.slice(word.lastIndexOf('.') + 1) : undefined;
      const written = bare === undefined ? undefined : writtenHint(schema, comparable(bare));
      const near = bare === undefined || written !== undefined ? undefined : nearest(bare, words);
      const message =
        typeof word === 'string'
          ? `${formatPath(path)}: there is no ${noun} \`${word}\``
          : `${formatPath([...path, 'type'])} must be the name of ${withArticle(noun)}; got ${describeValue(type.value)}`;
      const orWords = near === undefined ? listed(noun, words) : `did you mean \`${near}\`?`;
      this.refuse(type.value.place, [...path, 'type'], message, written ?? orWords);
      const meant = near === undefined ? undefined : choices.get(near);
      if (near === undefined || !meant) return undefined;
      const mended = withEntry(node, 'type', {...type, value: locate(near, type.value)});
      return this.checkMap(meant, mended, path, `${noun} \`${near}\``);
    }
    return this.checkMap(member, node, path, `${noun} \`${word}\``);
  }

  /** Tries every alternative and keeps the one that fits, or else the one that got furthest. */
  private checkUnion(schema: SchemaNode, members: readonly SchemaNode[], node: Located, path: Path): unknown {
    const tries = members.map((member) => {
      const walk = new Walk(this.rootSchema, this.baseDir);
      const value = walk.check(member, node, path);
      const isAtRoot = walk.problems.some((problem) => problem.path.length <= path.length);
      return {walk, value, isAtRoot};
    });
    const inside = tries.filter((one) => !one.isAtRoot);
    const best =
      tries.find((one) => one.walk.problems.length === 0) ??
      inside.sort((a, b) => a.walk.problems.length - b.walk.problems.length)[0];
    if (!best) {
      const ofKind = members.filter((member) => admitsKind(member, node));
      const [only] = ofKind;
      return this.refuseValue(
        ofKind.length === 1 && only && node.kind !== 'map' ? {...only, ...expected(schema)} : schema,
        node,
        path,
      );
    }
    this.problems.push(...best.walk.problems);
    Object.assign(this.origins, best.walk.origins);
    for (const [key, place] of best.walk.places) this.places.set(key, this.places.get(key) ?? place);
    return best.value;
  }

  private checkList(schema: SchemaNode, node: LocatedList, path: Path): unknown {
    const {items, minItems = 0, maxItems = Number.POSITIVE_INFINITY} = schema;
    const numItems = node.items.length;
    if (numItems < minItems || numItems > maxItems) return this.refuseValue(schema, node, path);
    const values = node.items.map((item, i) => {
      const itemSchema = items !== undefined && 'length' in items ? items[i] : items;
      return this.check(itemSchema ?? {}, item, [...path, i]);
    });
    if (numItems === 0) this.origins[dottedPath(path)] = node.origin;
    const seen = schema.uniqueItems ? values.map((value) => JSON.stringify(value)) : [];
    const twice = seen.findIndex((value, i) => seen.indexOf(value) < i);
    const item = node.items[twice];
    if (item) this.refuse(item.place, [...path, twice], `${formatPath(path)} holds ${describeValue(item)} twice`);
    return values;
  }

  private checkMap(schema: SchemaNode, node: LocatedMap, path: Path, noun?: string): unknown {
    const properties = schema.properties ?? {};
    const extra = extraSchemaOf(schema);
    const claimed = new Set<string>();
    for (const [key, {keyPlace}] of node.entries) {
      if (Object.hasOwn(properties, key) || extra?.(key)) continue;
      this.refuseKey(schema, key, node, path, keyPlace, noun, claimed);
    }
    // In the order of the schema, whatever order they were written in: resolved specs read alike.
    const value: Record<string, unknown> = {};
    for (const [key, property] of Object.entries(properties)) {
      const entry = node.entries.get(key);
      if (entry) value[key] = this.check(property, entry.value, [...path, key], entry.keyPlace);
      else if (property.default !== undefined) {
        const standard = locate(property.default, {place: node.place, origin: {kind: 'default'}});
        value[key] = this.check(property, standard, [...path, key]);
      } else if (schema.required?.includes(key) && !claimed.has(key)) {
        this.refuseMissing(key, property, node, path, noun);
      }
    }
    for (const [key, entry] of node.entries) {
      const property = Object.hasOwn(properties, key) ? undefined : extra?.(key);
      if (property) define(value, key, this.check(property, entry.value, [...path, key], entry.keyPlace));
    }
    if (Object.keys(value).length === 0) this.origins[dottedPath(path)] = node.origin;
    return value;
  }

  private refuseKey(
    schema: SchemaNode,
    key: string,
    node: LocatedMap,
    path: Path,
    place: Place,
    noun: string | undefined,
    claimed: Set<string>,
  ): void {
    const properties = schema.properties ?? {};
    const isExplained = this.problems.length < maxExplained;
    const {near, hint} = isExplained ? unknownKeyHint(this.rootSchema, schema, key, node, path) : {};
    const where = noun === undefined ? (path.length === 0 ? '' : ` in ${formatPath(path)}`) : ` for ${noun}`;
    this.refuse(place, [...path, key], `unknown key \`${key}\`${where}`, hint);
    const meant = near === undefined || node.entries.has(near) || claimed.has(near) ? undefined : properties[near];
    const entry = node.entries.get(key);
    if (near === undefined || !meant || !entry) return;
    claimed.add(near);
    const walk = new Walk(this.rootSchema, this.baseDir);
    walk.check(meant, entry.value, [...path, near], place);
    this.problems.push(...walk.problems.filter((problem) => problem.path.length > path.length + 1));
  }

  private refuseMissing(
    key: string,
    property: SchemaNode,
    node: LocatedMap,
    path: Path,
    noun: string | undefined,
  ): void {
    const whole = formatPath([...path, key]);
    const message = noun === undefined ? `${whole} is missing` : `${whole} is missing: ${noun} needs it`;
    const words = choicesOf(property);
    const about = property.description ?? expectationOf(property);
    const hint = `\`${key}\`: ${about}${words ? `\none of ${[...words.keys()].join(', ')}` : ''}`;
    this.refuse(this.headOf(node, path), [...path, key], message, hint);
  }

  /** What stands for a whole map in a message: its key if it has one, else its first line. */
  private headOf(node: Located, path: Path): Place {
    return this.places.get(dottedPath(path))?.key ?? {...node.place, end: node.place.start + 1};
  }

  private keep(node: Located, path: Path): unknown {
    this.origins[dottedPath(path)] = node.origin;
    return plainOf(node);
  }

  /** A relative path in an extended file is relative to that file. */
  private rebase(node: LocatedScalar): unknown {
    const {path} = node.place.source;
    if (path === undefined || typeof node.value !== 'string' || isAbsolute(node.value)) return node.value;
    const folder = dirname(path);
    return folder === this.baseDir ? node.value : relative(this.baseDir, resolve(folder, node.value)) || '.';
  }

  private refuseValue(schema: SchemaNode, node: Located, path: Path, hint?: string): undefined {
    const message = `${formatPath(path)} must be ${expectationOf(schema)}; got ${describeValue(node)}`;
    const place = node.kind === 'scalar' ? node.place : this.headOf(node, path);
    return this.refuse(place, path, message, hint ?? gluedColon(path.at(-1), node) ?? mendingOf(schema, node));
  }

  private refuse(place: Place, path: Path, message: string, hint?: string): undefined {
    this.problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  }
}

const expected = (schema: SchemaNode): SchemaNode =>
  schema['x-expected'] === undefined ? {} : {'x-expected': schema['x-expected']};

/** Sets an own property, whatever its name: `__proto__` too. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, {value, enumerable: true, writable: true, configurable: true});
}

/** More words than this no one reads in a message. */
const longestList = 40;

const listed = (noun: string, words: readonly string[]): string =>
  words.length > longestList
    ? `\`exp words ${plural(noun)}\` lists all ${words.length}`
    : `${plural(noun)}: ${words.join(', ')}`;
