import type {ExpandContext} from '../../spec/load.js';
import type {Located, LocatedMap} from '../../spec/located.js';
import {formatPath} from '../../spec/path.js';
import {checkedSchema} from '../../spec/schema.js';
import {validate} from '../../spec/validate.js';
import {blockNamePattern, blockSchema, layerTypes, reservedNames} from './section.js';

/** A block of a spec: its layers with `${…}` still in them. */
export interface Block {
  readonly name: string;
  readonly body: readonly Located[];
  /** Defaults, or null for what every use has to give. */
  readonly parameters: ReadonlyMap<string, Located>;
  /** Written name of the layer whose output is the block's; the last one by default. */
  readonly output: Located | undefined;
}

/** Blocks by name. Broken ones are there too, without a value, so that their uses are not reported as well. */
export type Blocks = ReadonlyMap<string, Block | undefined>;

const definition = checkedSchema(blockSchema);

/** Reads `model.blocks`; mistakes go to the context's problems. */
export function readBlocks(model: LocatedMap, {problems, resolve}: ExpandContext): Blocks {
  const entry = model.entries.get('blocks');
  const blocks = new Map<string, Block | undefined>();
  if (!entry) return blocks;
  if (entry.value.kind !== 'map') {
    const message = 'model.blocks must be a map of blocks by name';
    problems.push({place: entry.keyPlace, path: ['model', 'blocks'], message, hint: 'residual: {layers: […]}'});
    return blocks;
  }
  for (const [name, {keyPlace, value}] of entry.value.entries) {
    const path = ['model', 'blocks', name];
    const refuse = (message: string, hint: string): void => void problems.push({place: keyPlace, path, message, hint});
    blocks.set(name, undefined);
    if (!blockNamePattern.test(name)) {
      refuse(`\`${name}\` is no name for a block`, 'letters, digits, - and _, starting with a letter');
    } else if (layerTypes.has(name) || name === 'input') {
      const taken = name === 'input' ? 'stands for what a block takes' : 'is a layer';
      refuse(`a block cannot be named \`${name}\`, which ${taken}`, 'give it another name');
    }
    const {problems: mistakes} = validate(definition, value, '', path);
    problems.push(...mistakes);
    if (mistakes.length > 0 || value.kind !== 'map') continue;
    const body = value.entries.get('layers')?.value;
    const parameters = value.entries.get('parameters')?.value;
    const defaults = new Map<string, Located>();
    for (const [parameter, one] of parameters?.kind === 'map' ? parameters.entries : []) {
      const at = [...path, 'parameters', parameter];
      if (!blockNamePattern.test(parameter) || reservedNames.has(parameter)) {
        const message = `\`${parameter}\` is no name for a parameter: ${reservedNames.has(parameter) ? 'it has a meaning of its own where blocks are used' : `${formatPath(at)} could not be given`}`;
        const hint = 'letters, digits, - and _, starting with a letter';
        problems.push({place: one.keyPlace, path: at, message, hint});
      }
      defaults.set(parameter, resolve(one.value, at));
    }
    const output = value.entries.get('output')?.value;
    blocks.set(name, {name, body: body?.kind === 'list' ? body.items : [], parameters: defaults, output});
  }
  return blocks;
}
