import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parse, stringify} from 'yaml';
import {writtenSchema} from '../../src/experiment/schema.js';
import {Draw} from './draw.js';
import {misspelt, mutate, mutateBytes, placesOf, type Tree, valueAt} from './mutate.js';
import {schemaValue} from './schema-values.js';

/** What a person might hand to `exp validate`. */
export interface SpecCase {
  /** The spec's bytes. */
  readonly bytes: Uint8Array;
  readonly overrides: readonly string[];
  /** What it may extend, by name. */
  readonly others: ReadonlyMap<string, Uint8Array>;
}

const lessons = readdirSync('experiments')
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => readFileSync(path.join('experiments', name)));

/** The lessons whose data take long to look at come seldom. */
const quick = lessons.filter((bytes) => !/alice|authors|digits/.test(bytes.toString()));

const lesson = (draw: Draw): Buffer => draw.pick(draw.chance(0.03) ? lessons : quick);

const treeOf = (bytes: Buffer): Tree => parse(bytes.toString(), {mapAsMap: true});

/** A case by its number; the same each time. */
export function specCase(number: number): SpecCase {
  const draw = new Draw(number, 'spec');
  const kind = draw.pick([
    'bytes',
    'bytes',
    'tree',
    'tree',
    'tree',
    'grammar',
    'extends',
    'overrides',
    'overrides',
  ] as const);
  const none = {overrides: [], others: new Map<string, Uint8Array>()};
  switch (kind) {
    case 'bytes':
      return {...none, bytes: mutateBytes(lesson(draw), draw)};
    case 'grammar':
      return {...none, bytes: written(schemaValue(writtenSchema, draw), draw)};
    case 'tree':
      return {...none, bytes: written(mutated(draw), draw)};
    case 'overrides': {
      const tree = draw.chance(0.7) ? treeOf(lesson(draw)) : mutated(draw);
      return {...none, bytes: written(tree, draw), overrides: overridesOf(tree, draw)};
    }
    case 'extends':
      return extending(draw);
    default:
      return kind satisfies never;
  }
}

function mutated(draw: Draw): Tree {
  const tree = treeOf(lesson(draw));
  for (let i = draw.count(4); i >= 0; i--) mutate(tree, writtenSchema, draw);
  return tree;
}

/** As text: block or flow style, wide or narrow, now and then with bytes changed on top. */
function written(tree: Tree, draw: Draw): Uint8Array {
  const text = stringify(tree, {
    collectionStyle: draw.pick(['any', 'any', 'flow', 'block'] as const),
    lineWidth: draw.pick([0, 20, 80]),
    aliasDuplicateObjects: draw.chance(0.5),
    ...(draw.chance(0.3)
      ? {defaultStringType: draw.pick(['QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'] as const)}
      : {}),
  });
  const bytes = Buffer.from(draw.chance(0.1) ? text.replaceAll('\n', '\r\n') : text);
  return draw.chance(0.1) ? mutateBytes(bytes, draw) : bytes;
}

function overridesOf(tree: Tree, draw: Draw): string[] {
  const places = placesOf(tree);
  return Array.from({length: 1 + draw.count(4)}, () => {
    const steps = places.length > 0 ? draw.pick(places) : ['a'];
    const misspeltSteps = draw.chance(0.2) ? [...steps.slice(0, -1), misspelt(String(steps.at(-1)), draw)] : steps;
    const more = draw.chance(0.2) ? [...misspeltSteps, draw.pick([draw.key(), draw.below(9)])] : misspeltSteps;
    const key = more
      .map((step, i) => (typeof step === 'number' && draw.chance(0.4) ? `[${step}]` : `${i ? '.' : ''}${step}`))
      .join('');
    const own = steps.length > 0 && tree instanceof Map ? valueAt(tree, steps) : 1;
    const value = stringify(draw.chance(0.4) ? own : draw.anything(), {collectionStyle: 'flow', lineWidth: 0}).trim();
    const text = `${key}${draw.chance(0.97) ? '=' : ''}${value}`;
    return draw.chance(0.1) ? Buffer.from(mutateBytes(Buffer.from(text), draw)).toString() : text;
  });
}

/** A chain of files, each with a part of a lesson, whole or not, in a circle or not. */
function extending(draw: Draw): SpecCase {
  const others = new Map<string, Uint8Array>();
  const names = ['case.yaml', ...Array.from({length: 1 + draw.count(5)}, (_, i) => `base-${i}.yaml`)];
  let bytes: Uint8Array = new Uint8Array();
  for (const [index, name] of names.entries()) {
    const tree = (draw.chance(0.6) ? mutated(draw) : treeOf(lesson(draw))) as Map<string, unknown>;
    if (tree instanceof Map) {
      for (const key of [...tree.keys()]) if (draw.chance(0.3)) tree.delete(key);
      const next: unknown =
        names[index + 1] ?? (draw.chance(0.2) ? draw.pick(['case.yaml', './base-0.yaml', draw.text()]) : undefined);
      if (next !== undefined) tree.set('extends', draw.chance(0.03) ? draw.anything() : next);
    }
    if (index === 0) bytes = written(tree, draw);
    else others.set(name, written(tree, draw));
  }
  return {bytes, overrides: draw.chance(0.2) ? [`training.epochs=${draw.number()}`] : [], others};
}

/** A folder that cases are written into, with the lessons' data. */
export class SpecFolder {
  readonly spec: string;

  constructor(readonly folder: string) {
    mkdirSync(folder, {recursive: true});
    symlinkSync(path.resolve('experiments/data'), path.join(folder, 'data'));
    this.spec = path.join(folder, 'case.yaml');
  }

  /** Writes a case and hands its files to `use`. */
  async with<Result>({bytes, others}: SpecCase, use: (spec: string) => Promise<Result>): Promise<Result> {
    const files = [
      [this.spec, bytes] as const,
      ...[...others].map(([name, text]) => [path.join(this.folder, name), text] as const),
    ];
    for (const [file, content] of files) writeFileSync(file, content);
    try {
      return await use(this.spec);
    } finally {
      for (const [file] of files) rmSync(file);
    }
  }
}
