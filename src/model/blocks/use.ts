import type {ExpandContext} from '../../spec/load.js';
import {describeValue, type Located, type LocatedMap} from '../../spec/located.js';
import type {Path} from '../../spec/path.js';
import {checkedSchema} from '../../spec/schema.js';
import type {Place} from '../../spec/source.js';
import {nearest} from '../../spec/suggest.js';
import {validate} from '../../spec/validate.js';
import type {Block, Blocks} from './definitions.js';
import {useSchema} from './section.js';

/** One repetition of a use of a block. */
export interface Use {
  readonly block: Block;
  /** Values of its parameters. */
  readonly arguments: ReadonlyMap<string, Located>;
  /** As it was written; further repetitions are numbered. */
  readonly name: string | undefined;
  readonly inputs: Located | undefined;
  /** Whether it is the first repetition, which alone takes the use's `inputs`; each other one takes the one before it. */
  readonly isFirst: boolean;
  /** Of the use. */
  readonly place: Place;
}

/**
 * Reads `{block: residual, filters: 64, repeat: 3}`; mistakes go to the context's problems.
 * @param around the uses that this one stands in, the innermost first
 * @returns one for each repetition, none if the use is wrong
 */
export function readUse(
  node: LocatedMap,
  path: Path,
  blocks: Blocks,
  around: readonly {readonly block: string; readonly text: string}[],
  {problems}: ExpandContext,
): readonly Use[] {
  const told = around.map(({text}) => text);
  const refuse = (place: Place, at: Path, message: string, ...hints: readonly string[]): readonly Use[] => {
    const hint = [...hints, ...told].join('\n');
    problems.push({place, path: at, message, ...(hint === '' ? {} : {hint})});
    return [];
  };
  const {keyPlace, value} = node.entries.get('block')!;
  const type = node.entries.get('type');
  if (type) {
    const message = 'an entry is a layer, with its `type`, or the use of a `block`, not both';
    return refuse(type.keyPlace, [...path, 'type'], message, 'remove one of the two');
  }
  const at = [...path, 'block'];
  if (value.kind !== 'scalar' || typeof value.value !== 'string') {
    return refuse(keyPlace, at, `\`block\` must be the name of a block; got ${describeValue(value)}`);
  }
  const name = value.value;
  if (!blocks.has(name)) {
    const near = nearest(name, blocks.keys());
    const known = blocks.size === 0 ? 'define it in `model.blocks`' : `blocks: ${[...blocks.keys()].join(', ')}`;
    return refuse(
      value.place,
      at,
      `there is no block \`${name}\``,
      near === undefined ? known : `did you mean \`${near}\`?`,
    );
  }
  const circle = around.findIndex(({block}) => block === name);
  if (circle >= 0) {
    const steps = [
      ...around
        .slice(0, circle + 1)
        .map(({block}) => block)
        .reverse(),
      name,
    ];
    return refuse(value.place, at, `blocks go round in a circle: ${steps.join(' → ')}`, 'a block cannot hold itself');
  }
  const block = blocks.get(name);
  if (!block) return [];

  const required = [...block.parameters].map(([key, standard]) => [key, isNothing(standard)] as const);
  const schema = checkedSchema(useSchema(name, new Map(required)));
  const {problems: mistakes, value: checked} = validate(schema, node, '', path);
  for (const mistake of mistakes) {
    const hint = [...(mistake.hint === undefined ? [] : [mistake.hint]), ...told].join('\n');
    problems.push({...mistake, ...(hint === '' ? {} : {hint})});
  }
  if (mistakes.length > 0) return [];
  const {repeat, name: written} = checked as {readonly repeat: number; readonly name?: string};
  const values = new Map(
    [...block.parameters].map(([key, standard]) => [key, node.entries.get(key)?.value ?? standard]),
  );
  return Array.from({length: repeat}, (_, index) => ({
    block,
    arguments: values,
    name: written,
    inputs: node.entries.get('inputs')?.value,
    isFirst: index === 0,
    place: node.place,
  }));
}

const isNothing = (node: Located): boolean => node.kind === 'scalar' && node.value === null;
