import {choicesOf, type SchemaNode} from '../../src/spec/schema.js';
import type {Draw} from './draw.js';
import {schemaValue} from './schema-values.js';

export type Step = string | number;
export type Tree = unknown;

/** Every place of a tree, the top left out. */
export function placesOf(tree: Tree, at: readonly Step[] = []): (readonly Step[])[] {
  const members: (readonly [Step, Tree])[] =
    tree instanceof Map ? [...tree] : Array.isArray(tree) ? tree.map((item, i) => [i, item] as const) : [];
  return members.flatMap(([step, member]) => [[...at, step], ...placesOf(member, [...at, step])]);
}

const childOf = (tree: Tree, step: Step): Tree =>
  tree instanceof Map ? tree.get(step) : (tree as Tree[])[Number(step)];

export const valueAt = (tree: Tree, path: readonly Step[]): Tree => path.reduce<Tree>(childOf, tree);

function setAt(tree: Tree, path: readonly Step[], value: Tree): void {
  const parent = valueAt(tree, path.slice(0, -1));
  const last = path.at(-1)!;
  if (parent instanceof Map) parent.set(last, value);
  else (parent as Tree[])[Number(last)] = value;
}

function removeAt(tree: Tree, path: readonly Step[]): void {
  const parent = valueAt(tree, path.slice(0, -1));
  if (parent instanceof Map) parent.delete(path.at(-1));
  else (parent as Tree[]).splice(Number(path.at(-1)), 1);
}

/** The schema of a place, as far as keys and `type` lead there. */
export function schemaAt(schema: SchemaNode, tree: Tree, path: readonly Step[]): SchemaNode | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const choice = choicesOf(schema)?.get(String(tree instanceof Map ? tree.get('type') : ''));
  const here = [choice ?? schema, ...(schema.anyOf ?? [])];
  const found = here
    .map((one) => {
      if (tree instanceof Map)
        return (
          one.properties?.[String(step)] ??
          (typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined)
        );
      return one.items && 'length' in one.items ? one.items[Number(step)] : (one.items as SchemaNode | undefined);
    })
    .find(Boolean);
  return found && schemaAt(found, childOf(tree, step), rest);
}

/** A key as people mistype it. */
export function misspelt(key: string, draw: Draw): string {
  const at = draw.below(key.length);
  return draw.pick([
    key.slice(0, at) + key.slice(at + 1),
    key.slice(0, at) + key.charAt(at) + key.slice(at),
    key.toUpperCase(),
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    `${key}s`,
    `${key} `,
    `x${key}`,
  ]);
}

const deep = (levels: number, draw: Draw): Tree =>
  Array.from({length: levels}).reduce<Tree>((inner) => (draw.chance(0.5) ? [inner] : new Map([['a', inner]])), 1);

/** Changes a tree at one place, in place. @param schema of the tree */
export function mutate(tree: Tree, schema: SchemaNode, draw: Draw): void {
  const places = placesOf(tree);
  if (places.length === 0) return;
  const path = draw.pick(places);
  const parent = valueAt(tree, path.slice(0, -1));
  const other = draw.pick(places);
  const dotted = other.map(String).join('.');
  const changes: (() => void)[] = [
    () => setAt(tree, path, draw.anything()),
    () => removeAt(tree, path),
    () => setAt(tree, path, draw.number()),
    () => setAt(tree, path, draw.text()),
    () => setAt(tree, path, `\${${dotted}}`),
    () =>
      setAt(
        tree,
        path,
        valueAt(tree, other) === tree || other.length < path.length
          ? draw.text()
          : structuredClone(valueAt(tree, other)),
      ),
    () => setAt(tree, path, deep(draw.pick([3, 20, 100, 200]), draw)),
    () => {
      const wanted = schemaAt(schema, tree, path);
      setAt(tree, path, wanted ? schemaValue(wanted, draw) : draw.anything());
    },
    () => {
      const wanted = schemaAt(schema, tree, path);
      setAt(tree, path, wanted ? schemaValue(wanted, draw) : draw.anything());
    },
    () => {
      if (!(parent instanceof Map)) return;
      const key = String(path.at(-1));
      const value = parent.get(key);
      parent.delete(key);
      parent.set(misspelt(key, draw), value);
    },
    () => {
      if (parent instanceof Map) parent.set(draw.key(), draw.anything());
      else (parent as Tree[]).splice(draw.below((parent as Tree[]).length), 0, draw.anything());
    },
  ];
  draw.pick(changes)();
}

/** Changes some bytes. */
export function mutateBytes(bytes: Uint8Array, draw: Draw): Uint8Array {
  let result = Buffer.from(bytes);
  for (let i = 1 + draw.count(4); i > 0; i--) {
    const at = draw.below(result.length + 1);
    const end = Math.min(result.length, at + 1 + draw.count(20));
    const changes: (() => Buffer)[] = [
      () => result.subarray(0, at),
      () => result.subarray(at),
      () => Buffer.concat([result.subarray(0, at), result.subarray(end)]),
      () => Buffer.concat([result.subarray(0, end), result.subarray(at)]),
      () => Buffer.concat([result.subarray(0, at), draw.bytes(1 + draw.count(8)), result.subarray(at)]),
      () => {
        const flipped = Buffer.from(result);
        if (at < flipped.length) flipped[at]! ^= 1 << draw.below(8);
        return flipped;
      },
      () => {
        const flipped = Buffer.from(result);
        flipped.fill(draw.pick([0, 0xff, 0x7f, 0x80]), at, end);
        return flipped;
      },
      () => withNumber(result, at, draw),
      () => withDigits(result, draw),
      () => Buffer.concat([result.subarray(0, at), Buffer.from(draw.pick(inserts)), result.subarray(at)]),
      () => Buffer.concat([result.subarray(0, at), Buffer.from(draw.pick(inserts)), result.subarray(end)]),
    ];
    result = Buffer.from(draw.pick(changes)());
  }
  return result;
}

/** A size, an offset or a count of a binary format becomes another. */
function withNumber(bytes: Buffer, at: number, draw: Draw): Buffer {
  const changed = Buffer.from(bytes);
  const value = draw.pick(sizes);
  const isLittle = draw.chance(0.7);
  const width = draw.pick([2, 4, 8]);
  if (at + width > changed.length) return changed;
  const mask = (1n << BigInt(8 * width)) - 1n;
  for (let i = 0; i < width; i++) {
    changed[at + (isLittle ? i : width - 1 - i)] = Number(((value & mask) >> BigInt(8 * i)) & 0xffn);
  }
  return changed;
}

/** A number of a text becomes another. */
function withDigits(bytes: Buffer, draw: Draw): Buffer {
  const text = bytes.toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return bytes;
  const {index, 0: old} = draw.pick(numbers);
  return Buffer.from(`${text.slice(0, index)}${draw.pick(digits)}${text.slice(index + old.length)}`, 'latin1');
}

const sizes = [
  0n,
  1n,
  2n,
  255n,
  65_535n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 40n,
  1n << 60n,
  (1n << 64n) - 1n,
];
const digits = ['0', '1', '-1', '999999', '4294967296', '1152921504606846976', '1e308', '0.5', '9'.repeat(80)];

const inserts: readonly string[] = [
  ...[
    '\ufeff',
    '\0',
    '\r\n',
    '\r',
    '\n',
    '\t',
    ' ',
    ':',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a ',
    '*a',
    '!!set ',
  ],
  ...[
    '!!js/function x',
    '%YAML 1.1\n---\n',
    '\n---\n',
    '\n...\n',
    '<<: *a\n',
    '? ',
    '\u0085',
    '\u2028',
    '${',
    '}',
    '${env:HOME}',
    ',',
    ',,',
  ],
  ...[
    '1e999999',
    '0'.repeat(400),
    '9'.repeat(400),
    '-',
    '.nan',
    '\u001b[2J',
    '\u202e',
    '"\n"',
    '\\',
    '__proto__: {polluted: 1}\n',
    '/',
    ';',
  ],
];
