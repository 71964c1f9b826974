import {isDeepStrictEqual} from 'node:util';
import type {Problem} from '../spec/diagnostic.js';
import {type Located, type LocatedList, nodeAt, withEntry} from '../spec/located.js';
import type {Origin} from '../spec/origin.js';
import {withValueAt} from '../spec/overrides.js';
import type {Path} from '../spec/path.js';
import type {ParameterDefinition, RepeatedItem} from './space/definition.js';
import type {Json} from './space/distribution.js';
import type {Assignment} from './space/search-space.js';

/** The experiment of a sweep, with places for the values of a trial. */
export class TrialTemplate {
  readonly #byName: ReadonlyMap<string, ParameterDefinition>;
  /** Those whose values stand in the experiment; what is around others first. */
  readonly #inPlace: readonly (ParameterDefinition & {readonly target: {readonly kind: 'path'; readonly path: Path}})[];
  /** From the last position of a list to the first, so that positions of those before it stay true. */
  readonly #repeated: readonly RepeatedItem[];

  /**
   * @param root the experiment with the sweep's overrides, references not resolved
   * @param sweep its name, for origins
   */
  constructor(
    readonly root: Located,
    private readonly sweep: string,
    definitions: readonly ParameterDefinition[],
  ) {
    this.#byName = new Map(definitions.map((definition) => [definition.name, definition]));
    this.#inPlace = definitions
      .flatMap((definition) => (definition.target.kind === 'path' ? [{...definition, target: definition.target}] : []))
      .sort((a, b) => a.target.path.length - b.target.path.length);
    this.#repeated = definitions
      .flatMap(({target}) => (target.kind === 'count' ? [target.item] : []))
      .sort((a, b) => b.path.length - a.path.length || Number(b.path.at(-1)) - Number(a.path.at(-1)));
  }

  /**
   * The experiment with the values of a trial in it.
   * @param problems gets values that have no place there
   */
  apply(values: Assignment, seed: number | undefined, trial: number, problems: Problem[]): Located {
    let root = this.root;
    const own = (name: string): Located | undefined => {
      const value = values[name];
      return value === undefined ? undefined : this.#nodeOf(name, value, trial);
    };
    for (const {name, target, keyPlace} of this.#inPlace) {
      const node = own(name);
      if (node) root = withValueAt(root, target.path, node, keyPlace, problems);
    }
    for (const item of this.#repeated) {
      const count = values[item.countName];
      if (typeof count === 'number') root = this.#repeat(root, item, count, own, problems);
    }
    if (seed === undefined || root.kind !== 'map') return root;
    const {place} = root;
    const node = {kind: 'scalar', value: seed, place, origin: this.#origin('seed', trial)} as const;
    return withEntry(withEntry(root, 'seeds', undefined), 'seed', {keyPlace: place, value: node});
  }

  #repeat(
    root: Located,
    item: RepeatedItem,
    count: number,
    own: (name: string) => Located | undefined,
    problems: Problem[],
  ): Located {
    const {path, keyPlace, of} = item;
    const above = path.slice(0, -1);
    const at = Number(path.at(-1));
    const list = nodeAt(root, above);
    const current = list?.kind === 'list' ? list.items[at] : undefined;
    // Where there is no such item, setting it says so.
    if (list?.kind !== 'list' || !current) return withValueAt(root, path, of ?? root, keyPlace, problems);
    const copies = Array.from({length: count}, (_, copy) => this.#copy(item, copy, current, own, problems)).flat();
    const items = list.items.toSpliced(at, 1, ...copies);
    const whole: LocatedList = {...list, items};
    return above.length === 0 ? whole : withValueAt(root, above, whole, keyPlace, problems);
  }

  /** The item, or the items, of one copy. */
  #copy(
    item: RepeatedItem,
    copy: number,
    current: Located,
    own: (name: string) => Located | undefined,
    problems: Problem[],
  ): readonly Located[] {
    if (!item.of) return [current];
    let node = item.of;
    for (const {name, target, keyPlace} of this.#byName.values()) {
      if (target.kind !== 'part' || target.item !== item || target.copy !== copy) continue;
      const value = own(name);
      node = value ? withValueAt(node, target.path, value, keyPlace, problems) : without(node, target.path);
    }
    return node.kind === 'list' ? node.items : [node];
  }

  /** A value as a tree that points to where it is written, so that mistakes do. */
  #nodeOf(name: string, value: Json, trial: number): Located {
    const definition = this.#byName.get(name);
    if (!definition) throw new Error(`a trial sets ${name}, which is no parameter of the sweep`);
    return withOrigin(writtenNode(definition, value), this.#origin(name, trial));
  }

  #origin(parameter: string, trial: number): Origin {
    return {kind: 'trial', sweep: this.sweep, trial, parameter};
  }
}

/** Where a value of a parameter is written: a choice, an end of a range, or else the whole range. */
export function writtenNode({node, distribution}: ParameterDefinition, value: Json): Located {
  const entry = (key: string): Located | undefined => (node.kind === 'map' ? node.entries.get(key)?.value : undefined);
  if (distribution.kind === 'categorical') {
    const list = node.kind === 'list' ? node : entry('values');
    const index = distribution.choices.findIndex((choice) => isDeepStrictEqual(choice, value));
    const choice = list?.kind === 'list' ? list.items[index] : undefined;
    if (choice) return choice;
  }
  const end =
    value === distributionEnd(distribution, 'low')
      ? entry('min')
      : value === distributionEnd(distribution, 'high')
        ? entry('max')
        : undefined;
  const {place, origin} = end ?? node;
  return {kind: 'scalar', value: value as number, place, origin};
}

const distributionEnd = (distribution: ParameterDefinition['distribution'], end: 'low' | 'high'): number | undefined =>
  distribution.kind === 'categorical' ? undefined : distribution[end];

/** A tree all of whose values came from one place; its texts are no references. */
function withOrigin(node: Located, origin: Origin): Located {
  if (node.kind === 'scalar') {
    const value = typeof node.value === 'string' ? node.value.replaceAll('${', () => '$${') : node.value;
    return {...node, value, origin};
  }
  if (node.kind === 'list') return {...node, origin, items: node.items.map((item) => withOrigin(item, origin))};
  const entries = [...node.entries].map(
    ([key, entry]) => [key, {...entry, value: withOrigin(entry.value, origin)}] as const,
  );
  return {...node, origin, entries: new Map(entries)};
}

/** An item without a part that does not count at this point. */
function without(node: Located, path: Path): Located {
  const holder = nodeAt(node, path.slice(0, -1));
  if (holder?.kind !== 'map') return node;
  const smaller = withEntry(holder, String(path.at(-1)), undefined);
  return path.length === 1 ? smaller : withValueAt(node, path.slice(0, -1), smaller, node.place, []);
}

/** Names of values in the order of the space, for messages: `training.batchSize: 64, …`. */
export function describeValues(values: Assignment): string {
  const shown = Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const most = 6;
  return shown.length > most ? `${shown.slice(0, most).join(', ')}, …` : shown.join(', ');
}
