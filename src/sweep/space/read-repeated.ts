import {describeValue, type Located, type LocatedMap} from '../../spec/located.js';
import {dottedPath, type Path} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import {conditionsOf} from './condition.js';
import type {ParameterDefinition, RepeatedItem} from './definition.js';
import type {Distribution} from './distribution.js';
import type {NumberKinds} from './number-kinds.js';
import {isDistribution, type ReadContext, readDistribution, refuser} from './read-distribution.js';

/** More copies than this are a mistake; blocks of the model repeat more often. */
const maxCopies = 100;

/**
 * Reads `{repeat: {min: 1, max: 3}, of: {type: dense, units: {min: 16, max: 128}}}`: the count is a parameter, `model.layers.1.repeat`,
 * and so is each range inside `of`, for every copy: `model.layers.1.0.units`.
 */
export function readRepeated(
  name: string,
  path: Path,
  keyPlace: Place,
  node: LocatedMap,
  kinds: NumberKinds,
  context: ReadContext,
): readonly ParameterDefinition[] {
  const refuse = refuser(name, context);
  const stranger = [...node.entries].find(([key]) => !['repeat', 'of', 'when'].includes(key));
  if (stranger) {
    refuse(
      stranger[1].keyPlace,
      `${name} has \`${stranger[0]}\` beside \`repeat\` and \`of\``,
      'ranges belong into `of`',
    );
    return [];
  }
  if (typeof path.at(-1) !== 'number') {
    refuse(
      keyPlace,
      `${name} is no item of a list, so it cannot be repeated`,
      'name an item by its position: model.layers.1',
    );
    return [];
  }
  const repeat = node.entries.get('repeat');
  if (!repeat) {
    refuse(
      node.entries.get('of')!.keyPlace,
      `${name} has \`of\`, but no \`repeat\``,
      'add how many times: repeat: {min: 1, max: 3}',
    );
    return [];
  }
  const countName = `${name}.repeat`;
  const counts = readCounts(countName, repeat.value, context);
  if (!counts) return [];
  const of = node.entries.get('of')?.value;
  const items = of === undefined ? [] : of.kind === 'list' ? of.items : [of];
  const strange = items.find((item) => item.kind !== 'map' || isDistribution(item));
  if (strange || (of && items.length === 0)) {
    const place = (strange ?? of!).place;
    refuse(place, `${name}: \`of\` must be an item, a map, or a list of such; got ${describeValue(strange ?? of!)}`);
    return [];
  }
  const item: RepeatedItem = {path, countName, keyPlace, of};
  const when = conditionsOf(name, node, context);
  const count = {
    name: countName,
    distribution: counts,
    when,
    keyPlace,
    node: repeat.value,
    target: {kind: 'count', item},
  } as const;
  const parts = of ? partsOf(of, [], keyPlace) : [];
  const read = parts.flatMap((part) => {
    const [first, ...rest] = part.path;
    const inItem = of!.kind === 'list' ? rest : part.path;
    const own = of!.kind === 'list' ? items[Number(first)]! : of!;
    const wanted = kinds.inItem(path, withoutRanges(own), inItem);
    const partName = `${name}.${dottedPath(part.path)}`;
    const distribution = readDistribution(partName, part.node, wanted, context);
    return distribution ? [{...part, distribution, when: conditionsOf(partName, part.node, context)}] : [];
  });
  const copies = Array.from({length: mostOf(counts)}, (_, copy) =>
    read.map(
      (part): ParameterDefinition => ({
        name: `${name}.${copy}.${dottedPath(part.path)}`,
        distribution: part.distribution,
        when: part.when,
        keyPlace: part.keyPlace,
        node: part.node,
        target: {kind: 'part', item, copy, path: part.path},
      }),
    ),
  );
  return [count, ...copies.flat()];
}

/** Whole numbers of at least 0. */
function readCounts(name: string, node: Located, context: ReadContext): Distribution | undefined {
  const refuse = refuser(name, context);
  const isFixed = node.kind === 'scalar' && typeof node.value === 'number';
  const counts: Distribution | undefined = isFixed
    ? {kind: 'categorical', choices: [node.value as number]}
    : readDistribution(name, node, 'int', context);
  if (!counts) return undefined;
  const all = counts.kind === 'categorical' ? counts.choices : [counts.low, counts.high];
  const bad = all.find((count) => !Number.isSafeInteger(count) || Number(count) < 0 || Number(count) > maxCopies);
  if (bad !== undefined)
    return refuse(node.place, `${name} must be whole numbers from 0 to ${maxCopies}; got ${JSON.stringify(bad)}`);
  return counts;
}

const mostOf = (counts: Distribution): number =>
  counts.kind === 'categorical' ? Math.max(...counts.choices.map(Number)) : counts.high;

interface Part {
  readonly path: Path;
  readonly node: Located;
  readonly keyPlace: Place;
}

/** The ranges and lists of values inside of an item. @param keyPlace the key around the node */
function partsOf(node: Located, path: Path, keyPlace: Place): readonly Part[] {
  if (isDistribution(node)) return [{path, node, keyPlace}];
  if (node.kind === 'list') return node.items.flatMap((item, i) => partsOf(item, [...path, i], keyPlace));
  if (node.kind !== 'map') return [];
  return [...node.entries].flatMap(([key, entry]) => partsOf(entry.value, [...path, key], entry.keyPlace));
}

/** An item without what varies, so that the schema can be asked about it. */
function withoutRanges(node: Located): Located {
  if (node.kind !== 'map') return node;
  return {...node, entries: new Map([...node.entries].filter(([, {value}]) => !isDistribution(value)))};
}
