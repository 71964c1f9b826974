import {realpath} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import type {Problem} from './diagnostic.js';
import {type Entry, expandShorthand, type Located, type LocatedMap, withEntry} from './located.js';
import {displayPath, readSource, UnreadableError} from './read-file.js';
import {readYaml} from './read-yaml.js';
import type {SourceFile} from './source.js';

/**
 * Reads what a spec extends, and lays the spec over it. A base may lie anywhere, but its name and that of what a link leads to end in
 * .yaml or .yml: messages show lines of it, and a spec from elsewhere has no business with other files. Its path is relative to the file
 * that names it.
 * @returns the merged tree without `extends`, or undefined if a base could not be used
 */
export async function applyExtends(
  root: Located,
  source: SourceFile,
  problems: Problem[],
  chain: readonly string[] = source.path === undefined ? [] : [source.path],
): Promise<Located | undefined> {
  const entry = root.kind === 'map' ? root.entries.get('extends') : undefined;
  if (root.kind !== 'map' || !entry) return root;
  const {value} = entry;
  const refuse = (message: string, hint?: string): undefined => {
    problems.push({place: value.place, path: ['extends'], message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  };

  if (value.kind !== 'scalar' || typeof value.value !== 'string') {
    return refuse('extends must be the path of one spec file, relative to this one');
  }
  if (value.value.includes('${')) return refuse('extends must be a plain path, without references');
  const typed = value.value;
  const path = resolve(source.path === undefined ? '.' : dirname(source.path), typed);
  if (chain.includes(path)) {
    const circle = [...chain.slice(chain.indexOf(path)), path].map(displayPath);
    return refuse(`extends goes round in a circle: ${circle.join(' → ')}`);
  }
  if (!(await isYamlFile(path))) {
    return refuse(`extends names ${JSON.stringify(typed)}, which is no spec by its name`, 'specs end in .yaml or .yml');
  }
  let base: SourceFile;
  try {
    base = await readSource(path, 'extends', typed);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return refuse(`${displayPath(path)} ${error.message}`, error.hint);
  }
  const baseRoot = readYaml(base, problems);
  if (!baseRoot) return undefined;
  const wholeBase = await applyExtends(baseRoot, base, problems, [...chain, path]);
  return wholeBase && merge(wholeBase, withEntry(root, 'extends', undefined));
}

/** Whether a path, and what it leads to, ends as a spec does. */
export async function isYamlFile(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => path);
  return [path, real].every((name) => /\.ya?ml$/i.test(name));
}

/**
 * Maps merge key by key; everything else, lists too, replaces. `null` removes what the base set, and a map that names another
 * `type` replaces the base's, whose arguments belong to the old type.
 */
export function merge(base: Located, over: Located): Located {
  if (base.kind === 'scalar' && over.kind === 'map') return merge(expandShorthand(base) ?? over, over);
  if (base.kind !== 'map' || over.kind !== 'map' || changesType(base, over)) return over;
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    if (entry.value.kind === 'scalar' && entry.value.value === null) entries.delete(key);
    else entries.set(key, below ? {...entry, value: merge(below.value, entry.value)} : entry);
  }
  return {...over, entries};
}

function changesType(base: LocatedMap, over: LocatedMap): boolean {
  const [before, after] = [base.entries.get('type')?.value, over.entries.get('type')?.value];
  return before?.kind === 'scalar' && after?.kind === 'scalar' && before.value !== after.value;
}
