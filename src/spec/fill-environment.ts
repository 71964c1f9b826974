import type {Problem} from './diagnostic.js';
import {type Environment, readVariable} from './environment.js';
import type {Entry, Located, LocatedScalar} from './located.js';
import type {Path} from './path.js';
import {referencePattern} from './references.js';

/**
 * Puts the values of environment variables into a spec whose other references are still to be resolved, so that these values are read
 * once. A secret stays a reference to it: `${secret:NAME}`.
 */
export function fillEnvironment(
  node: Located,
  environment: Environment,
  problems: Problem[],
  path: Path = [],
): Located {
  const member = (child: Located, step: string | number): Located =>
    fillEnvironment(child, environment, problems, [...path, step]);
  if (node.kind === 'list') return {...node, items: node.items.map(member)};
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([key, entry]): [string, Entry] => [
      key,
      {...entry, value: member(entry.value, key)},
    ]);
    return {...node, entries: new Map(entries)};
  }
  return fillScalar(node, environment, problems, path);
}

function fillScalar(node: LocatedScalar, environment: Environment, problems: Problem[], path: Path): LocatedScalar {
  const text = node.value;
  if (typeof text !== 'string' || !text.includes('${env:')) return node;
  let {origin} = node;
  let whole: LocatedScalar | undefined;
  const value = text.replaceAll(referencePattern, (match, inner: string) => {
    if (match.startsWith('$$') || !inner.startsWith('env:')) return match;
    const read = readVariable(inner.slice('env:'.length), node, environment, false);
    if ('message' in read) {
      problems.push({place: node.place, path, message: read.message, hint: read.hint});
      return match;
    }
    const {node: found} = read;
    if (found.origin.kind === 'env' && found.origin.secret !== undefined) return found.origin.secret;
    origin = found.origin;
    if (match === text && typeof found.value !== 'string') whole = found;
    // A value is taken as it is, whatever looks like a reference in it.
    return String(found.value).replaceAll('${', () => '$${');
  });
  return whole ?? {...node, value, origin};
}
