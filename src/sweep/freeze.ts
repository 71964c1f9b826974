import {dirname, relative, resolve} from 'node:path';
import {writtenSchema} from '../experiment/schema.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import type {SpecTree} from '../spec/load.js';
import {type Located, nodeAt, plainOf} from '../spec/located.js';
import type {Origin, Origins} from '../spec/origin.js';
import {withValueAt} from '../spec/overrides.js';
import {dottedPath, type Path, parsePath} from '../spec/path.js';
import {readYaml} from '../spec/read-yaml.js';
import type {SchemaNode} from '../spec/schema.js';
import {schemaAt} from '../spec/schema-at.js';
import {SourceFile} from '../spec/source.js';
import {asSpecText, withSecretsNamed, writeYaml} from '../spec/write-yaml.js';
import type {ComposedSweep} from './compose.js';
import type {FrozenFacts, FrozenSweep, LoadedSweep} from './loaded-sweep.js';
import {sweepSection} from './section.js';

/**
 * A sweep as it can be loaded again from anywhere: everything is said, the experiment is inline with the overrides in it, paths are
 * relative to the sweep's folder. References inside the experiment stay, since what they lead to may vary.
 */
export function resolvedSweep(
  {loaded, spec, parameters, experiment, tree}: ComposedSweep,
  known: Partial<Pick<LoadedSweep, 'metric' | 'seeds'>>,
): Readonly<Record<string, unknown>> {
  const root = experiment.root;
  const own = withSecretsNamed({...spec, ...known}, loaded.origins);
  const varied = [...parameters.entries].map(([key, {value}]) => [
    key,
    portable(value, parsePath(key) ?? [], root, tree),
  ]);
  const all: Readonly<Record<string, unknown>> = {
    ...(asText(own) as object),
    overrides: {},
    parameters: asText(Object.fromEntries(varied)),
    experiment: portable(root, [], root, tree),
  };
  const keys = Object.keys(sweepSection.properties).filter((key) => Object.hasOwn(all, key));
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

/** What a sweep folder has to keep. */
export function freezeSweep(sweep: LoadedSweep): FrozenSweep {
  const {sourceText, resolved, path, experiment, origins} = sweep;
  const {file, numEpochs} = experiment;
  const facts = {
    path,
    ...(file === undefined ? {} : {experimentFile: file}),
    ...(numEpochs === undefined ? {} : {numEpochs}),
    origins,
  };
  return {sourceText, resolvedText: writeYaml(resolved), facts};
}

/** The tree of a frozen sweep, its values coming from where they came from before. @throws SpecError if it was damaged */
export function frozenTree({resolvedText, facts}: FrozenSweep, problems: Problem[]): SpecTree {
  const {path, origins} = facts;
  const source = new SourceFile('resolved.yaml', resolvedText, 'spec', path);
  const root = readYaml(source, problems);
  if (root?.kind !== 'map') throw new SpecError(problems);
  return {root: withOrigins(root, [], origins), source, path};
}

/** Where the leaves of the experiment and of the parameters came from, by dotted path. */
export const originsOf = ({experiment, parameters}: ComposedSweep): Origins => ({
  ...leafOrigins(experiment.root, ['experiment']),
  ...leafOrigins(parameters, ['parameters']),
});

function leafOrigins(root: Located, path: Path): Origins {
  const members = membersOf(root);
  if (members.length === 0) return {[dottedPath(path)]: root.origin};
  return Object.assign({}, ...members.map(([step, member]) => leafOrigins(member, [...path, step])));
}

function withOrigins(node: Located, path: Path, origins: FrozenFacts['origins']): Located {
  const origin: Origin = origins[dottedPath(path)] ?? node.origin;
  if (node.kind === 'scalar') return {...node, origin};
  if (node.kind === 'list') {
    return {...node, origin, items: node.items.map((item, i) => withOrigins(item, [...path, i], origins))};
  }
  const entries = [...node.entries].map(
    ([key, entry]) => [key, {...entry, value: withOrigins(entry.value, [...path, key], origins)}] as const,
  );
  return {...node, origin, entries: new Map(entries)};
}

function membersOf(node: Located): readonly (readonly [string | number, Located])[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.map((item, i) => [i, item] as const);
  return [...node.entries].map(([key, {value}]) => [key, value] as const);
}

/**
 * The plain value of a part of the experiment, or of choices for it; paths that were written in another folder are rewritten.
 * @param at where it stands, or its choices do
 */
function portable(node: Located, at: Path, root: Located, {path}: SpecTree): unknown {
  const baseDir = dirname(path);
  const isElsewhere = ({place}: Located): boolean =>
    place.source.path !== undefined && dirname(place.source.path) !== baseDir;
  const walk = (one: Located, here: Path, whole: unknown): unknown => {
    if (one.kind === 'list') return one.items.map((item, i) => walk(item, [...here, i], whole));
    if (one.kind === 'map') {
      return Object.fromEntries([...one.entries].map(([key, {value}]) => [key, walk(value, [...here, key], whole)]));
    }
    if (typeof one.value !== 'string' || !isElsewhere(one)) return one.value;
    const schema = schemaAt(writtenSchema, whole, here);
    return schema && isPath(schema) ? rebased(one.value, dirname(one.place.source.path!), baseDir) : one.value;
  };
  const portableAt = (one: Located): unknown => walk(one, at, plainOf(withValueAt(root, at, one, one.place, [])));
  if (at.length === 0) return walk(node, [], plainOf(root));
  if (node.kind === 'list') return node.items.map(portableAt);
  const values = nodeAt(node, ['values']);
  if (node.kind !== 'map' || values?.kind !== 'list') return plainOf(node);
  return {...(plainOf(node) as object), values: values.items.map(portableAt)};
}

/** Plain data whose texts, secrets excepted, are taken as they are when they are read as a spec. */
function asText(value: unknown): unknown {
  if (typeof value === 'string') return asSpecText(value);
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member)]));
}

const isPath = (schema: SchemaNode): boolean => schema['x-path'] === true || (schema.anyOf ?? []).some(isPath);

/** A path from another folder, as from this one. What begins with a reference is where that leads to. */
function rebased(written: string, from: string, to: string): string {
  if (written.startsWith('${')) return written;
  return relative(to, resolve(from, written)) || '.';
}
