import type {Problem} from './diagnostic.js';
import {describeValue, expandShorthand, type Located, type LocatedMap, withEntry} from './located.js';
import {formatPath, type Path, parsePath} from './path.js';
import {readYaml} from './read-yaml.js';
import {type Place, SourceFile} from './source.js';

/**
 * Lays `key=value` pairs of the command line over a spec, in their order. Keys are dotted paths with list positions
 * (`model.layers.5.units`), values are YAML (`[1, 2]`, `{type: sgd}`); `null` removes a key. Whether a path exists and a
 * value fits is for the schema to say.
 */
export function applyOverrides(root: Located, overrides: readonly string[], problems: Problem[]): Located {
  let result = root;
  for (const text of overrides) {
    const source = new SourceFile('<override>', text, 'override');
    const equals = text.indexOf('=');
    const keyPlace = {source, start: 0, end: equals < 0 ? text.length : equals};
    const path = parsePath(text.slice(0, keyPlace.end));
    if (equals < 0 || !path) {
      const message =
        equals < 0 ? `\`${text}\` is no override: there is no \`=\`` : 'the key of this override is no path';
      problems.push({place: keyPlace, path: [], message, hint: 'write key=value, such as training.epochs=1'});
      continue;
    }
    if (text.slice(equals + 1).trim() === '') {
      const hint = `${formatPath(path)}=null removes the key, ${formatPath(path)}="''" sets an empty text`;
      problems.push({
        place: {source, start: equals, end: equals + 1},
        path,
        message: 'this override has no value',
        hint,
      });
      continue;
    }
    const value = readYaml(source, problems, equals + 1);
    if (value) result = withValueAt(result, path, value, keyPlace, problems);
  }
  return result;
}

/**
 * A tree with the value at a path replaced; maps on the way are made where there are none, and `null` removes a key.
 * @param keyPlace where the path is written
 */
export const withValueAt = (root: Located, path: Path, value: Located, keyPlace: Place, problems: Problem[]): Located =>
  setAt(root, path, 0, value, keyPlace, problems);

/** `node` with the value at `path` (looked at from step `depth` on) replaced. */
function setAt(
  node: Located,
  path: Path,
  depth: number,
  value: Located,
  keyPlace: Place,
  problems: Problem[],
): Located {
  const step = path[depth];
  if (step === undefined) return value;
  const deeper = (child: Located): Located => setAt(child, path, depth + 1, value, keyPlace, problems);

  if (node.kind === 'list') {
    const child = typeof step === 'number' ? node.items[step] : undefined;
    if (!child) {
      const place = stepPlace(keyPlace, depth);
      const message = `${formatPath(path.slice(0, depth))} has ${count(node.items.length, 'item')}; there is no ${step}`;
      const hint = node.items.length > 0 ? `positions count from 0: 0 to ${node.items.length - 1}` : undefined;
      problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
      return node;
    }
    return {...node, items: node.items.map((item, i) => (i === step ? deeper(item) : item))};
  }

  const map = node.kind === 'map' ? node : expandShorthand(node);
  if (!map) {
    const message = `${formatPath(path.slice(0, depth))} is ${describeValue(node)}; it has no \`${step}\``;
    problems.push({place: stepPlace(keyPlace, depth), path, message});
    return node;
  }
  const key = String(step);
  const isLast = depth === path.length - 1;
  if (isLast && value.kind === 'scalar' && value.value === null) return withEntry(map, key, undefined);
  const empty: LocatedMap = {kind: 'map', place: value.place, origin: value.origin, entries: new Map()};
  const place = stepPlace(keyPlace, depth);
  return withEntry(map, key, {keyPlace: place, value: deeper(map.entries.get(key)?.value ?? empty)});
}

/** The step of an override's key that a message is about. */
function stepPlace(keyPlace: Place, depth: number): Place {
  const {source, start, end} = keyPlace;
  const steps = [...source.text.slice(start, end).matchAll(/[^.[\]"']+/g)];
  const step = steps[depth];
  if (!step) return keyPlace;
  return {...keyPlace, start: start + step.index, end: start + step.index + step[0].length};
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
