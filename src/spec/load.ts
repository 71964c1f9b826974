import {dirname, resolve} from 'node:path';
import {type Problem, SpecError} from './diagnostic.js';
import type {Environment} from './environment.js';
import {applyExtends} from './extend.js';
import type {Located} from './located.js';
import type {Origins} from './origin.js';
import {applyOverrides} from './overrides.js';
import {dottedPath, type Path} from './path.js';
import {displayPath, readSpecFile} from './read-file.js';
import {readYaml} from './read-yaml.js';
import {resolveReferences} from './references.js';
import type {SchemaNode} from './schema.js';
import {type Place, SourceFile} from './source.js';
import {validate, type WrittenAt} from './validate.js';

/** A spec on disk, or its text with the path it is (or would be) at. */
export type SpecSource = {readonly path: string} | {readonly text: string; readonly path: string};

export interface LoadOptions {
  /** `key=value` pairs, laid over the spec in their order. */
  readonly overrides?: readonly string[];
  /** What `${env:NAME}` reads; process.env by default. */
  readonly env?: Environment;
}

/** A rewriting of the tree between its references and its schema, which the owner of a section brings along. */
export interface Expander {
  /** Whether a path leads to definitions: references inside wait until the expander resolves them with a scope. */
  isDefinition(path: Path): boolean;
  expand(root: Located, context: ExpandContext): Expanded;
}

export interface ExpandContext {
  readonly problems: Problem[];
  /** Resolves the references of a definition, standing at a path, with names of its own. */
  resolve(node: Located, at: Path, scope?: ReadonlyMap<string, Located>): Located;
}

export interface Expanded {
  readonly root: Located;
  /** A problem with a value of the expanded tree, told in terms of what was written; undefined if it only follows from others. */
  tell(problem: Problem): Problem | undefined;
}

/** A spec that fits its schema: defaults filled, shorthands expanded, references resolved. */
export interface LoadedSpec {
  readonly value: unknown;
  /** As the user wrote it. */
  readonly sourceText: string;
  readonly origins: Origins;
  /** Absolute. */
  readonly path: string;
  /** Folder of the spec; its relative paths start here. */
  readonly baseDir: string;
  /** A problem with the value at a path, placed where it was written, or on the nearest map that was. */
  problemAt(path: Path, message: string, hint?: string): Problem;
}

/** A spec as it is written, with what it extends: a tree that is yet to be resolved and checked. */
export interface SpecTree {
  readonly root: Located;
  readonly source: SourceFile;
  /** Absolute. */
  readonly path: string;
}

/**
 * YAML text → a checked value.
 * @param expander rewrites what is a notation only, before the schema sees it
 * @throws SpecError with every mistake that can be found
 */
export async function loadSpec(
  schema: SchemaNode,
  from: SpecSource,
  options: LoadOptions = {},
  expander?: Expander,
): Promise<LoadedSpec> {
  const problems: Problem[] = [];
  const tree = await readTree(from, problems);
  const root = applyOverrides(tree.root, options.overrides ?? [], problems);
  return checkTree(schema, {...tree, root}, {env: options.env, expander, problems});
}

/** YAML text → a tree. @param problems gets mistakes that do not keep it from being made. @throws SpecError, ExpError SPEC_INVALID */
export async function readTree(from: SpecSource, problems: Problem[]): Promise<SpecTree> {
  const path = resolve(from.path);
  const source =
    'text' in from ? new SourceFile(displayPath(path), from.text, 'spec', path) : await readSpecFile(from.path);
  const written = readYaml(source, problems);
  const root = written && (await applyExtends(written, source, problems));
  if (!root) throw new SpecError(problems);
  return {root, source, path};
}

export interface CheckOptions {
  /** What `${secret:NAME}` and `${env:NAME}` read; process.env by default. */
  readonly env?: Environment | undefined;
  readonly expander?: Expander | undefined;
  /** Mistakes found before. */
  readonly problems?: Problem[];
}

/** A tree → a checked value. @throws SpecError with every mistake that can be found */
export function checkTree(schema: SchemaNode, tree: SpecTree, options: CheckOptions = {}): LoadedSpec {
  const {env: environment = process.env, expander = noExpander, problems = []} = options;
  const {source, path} = tree;
  const resolved = resolveReferences(tree.root, environment, problems, {isLater: expander.isDefinition});
  const {root, tell} = expander.expand(resolved, {
    problems,
    resolve: (node, at, scope = new Map()) =>
      resolveReferences(node, environment, problems, {at, root: tree.root, scope}),
  });

  const baseDir = dirname(path);
  const {value, problems: found, origins, places} = validate(schema, root, baseDir);
  const mistakes = found.flatMap((problem) => tell(problem) ?? []);
  // A reference that could not be resolved has been reported; what the schema says of its text is noise.
  const refused = [...problems];
  const isNoise = ({place, message}: Problem): boolean =>
    refused.some((one) => one.place.source === place.source && isWithin(one.place.start, place)) ||
    (refused.length > 0 && message.includes('${'));
  problems.push(...mistakes.filter((mistake) => !isNoise(mistake)));
  if (problems.length > 0) throw new SpecError(withoutRepeats(problems));
  const top: Place = {source, start: 0, end: 1};
  return {
    value,
    sourceText: source.text,
    origins,
    path,
    baseDir,
    problemAt(at, message, hint) {
      const place = placeOf(places, at) ?? top;
      const problem = {place, path: at, message, ...(hint === undefined ? {} : {hint})};
      return tell(problem) ?? problem;
    },
  };
}

const noExpander: Expander = {isDefinition: () => false, expand: (root) => ({root, tell: (problem) => problem})};

/** A definition that is used often has its mistakes each time; once is enough. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<SourceFile, Set<string>>();
  return problems.filter(({place: {source, start}, path, message}) => {
    const ofSource = seen.get(source) ?? new Set();
    seen.set(source, ofSource);
    const key = JSON.stringify([start, path, message]);
    return !ofSource.has(key) && ofSource.add(key);
  });
}

/** Where the value at `path` was written; for a default, the key of the nearest map around it. */
function placeOf(places: ReadonlyMap<string, WrittenAt>, path: Path): Place | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = places.get(dottedPath(path.slice(0, length)));
    if (!found) continue;
    const isWhole = length === path.length;
    const isShort = !found.value.source.text.slice(found.value.start, found.value.end).includes('\n');
    return isWhole && isShort ? found.value : (found.key ?? firstCharacter(found.value));
  }
  return undefined;
}

const isWithin = (offset: number, {start, end}: Place): boolean => offset >= start && offset <= end;

const firstCharacter = (place: Place): Place => ({...place, end: place.start + 1});
