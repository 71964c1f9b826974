import type {Located, LocatedMap} from '../../spec/located.js';
import {dottedPath, type Path, parsePath} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import {conditionsOf} from './condition.js';
import type {ParameterDefinition} from './definition.js';
import type {NumberKinds} from './number-kinds.js';
import {type ReadContext, readDistribution, refuser} from './read-distribution.js';
import {readRepeated} from './read-repeated.js';

/** Keys of an experiment that a sweep has words of its own for. */
const reserved: Readonly<Record<string, string>> = {
  seed: '`seeds: [1, 2, 3]` beside `parameters` trains each point with each of these seeds',
  seeds: '`seeds: [1, 2, 3]` beside `parameters` trains each point with each of these seeds',
  extends: 'write two sweeps, or `overrides`',
};

/**
 * Reads `parameters:` of a sweep, in the order in which they are written; one that is repeated has its parts behind it.
 * @param kinds what the experiment wants at a path
 */
export function readParameters(
  node: LocatedMap,
  kinds: NumberKinds,
  context: ReadContext,
): readonly ParameterDefinition[] {
  const definitions: ParameterDefinition[] = [];
  const written = new Map<string, Place>();
  for (const [key, {keyPlace, value}] of node.entries) {
    const refuse = refuser(key, context);
    const path = parsePath(key);
    if (!path) {
      refuse(keyPlace, `\`${key}\` is no path`, 'parameters are named by dotted paths: training.batchSize');
      continue;
    }
    const name = dottedPath(path);
    if (Object.hasOwn(reserved, name)) {
      refuse(keyPlace, `${name} cannot be a parameter`, reserved[name]);
      continue;
    }
    const first = written.get(name);
    if (first) {
      refuse(
        keyPlace,
        `${name} is a parameter twice, also in line ${first.source.positionAt(first.start).line}`,
        'keep one of the two',
      );
      continue;
    }
    written.set(name, keyPlace);
    definitions.push(...readParameter(name, path, keyPlace, value, kinds, context));
  }
  refuseInsideRepeated(definitions, context);
  return definitions;
}

function readParameter(
  name: string,
  path: Path,
  keyPlace: Place,
  node: Located,
  kinds: NumberKinds,
  context: ReadContext,
): readonly ParameterDefinition[] {
  if (node.kind === 'map' && (node.entries.has('repeat') || node.entries.has('of'))) {
    return readRepeated(name, path, keyPlace, node, kinds, context);
  }
  const distribution = readDistribution(name, node, kinds.at(path), context);
  if (!distribution) return [];
  return [{name, distribution, when: conditionsOf(name, node, context), keyPlace, node, target: {kind: 'path', path}}];
}

/** Where `of` says what an item is, nothing of the experiment's own is left to vary. */
function refuseInsideRepeated(definitions: readonly ParameterDefinition[], context: ReadContext): void {
  const replaced = definitions.flatMap(({target}) => (target.kind === 'count' && target.item.of ? [target.item] : []));
  for (const {name, target, keyPlace} of definitions) {
    const around = target.kind === 'path' && replaced.find((item) => name.startsWith(`${dottedPath(item.path)}.`));
    if (!around) continue;
    const item = dottedPath(around.path);
    refuser(name, context)(
      keyPlace,
      `${name} is inside ${item}, which stands for what its \`of\` says`,
      `write the range into \`of\` of ${item}, or drop \`of\` so that all copies share it`,
    );
  }
}
