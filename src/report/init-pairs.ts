import {shownName} from '../model/init/shown-name.js';
import type {InitialWeights} from '../runs/initial-weights.js';

const maxNames = 30;

/** What a model starts from, as rows of the screen before training: what is loaded, what is not, what of the file is not used. */
export function initPairs(init: InitialWeights | undefined): readonly (readonly [name: string, value: string])[] {
  if (!init) return [];
  const {loaded, left, unused, from} = init;
  const reasons = left.map(({name, reason, details}) => (reason === 'shape' ? `${name} (${details})` : name));
  return [
    ['init', `${loaded.length} of ${loaded.length + left.length} weights from ${from}`],
    [
      'loaded',
      namesOf(
        byLayer(
          loaded.map(({name}) => name),
          left.map(({name}) => name),
        ),
      ),
    ],
    [
      'not loaded',
      namesOf(
        left.length === 0
          ? []
          : byLayer(
              reasons,
              loaded.map(({name}) => name),
            ),
      ),
    ],
    ['not used', namesOf(unused.map(shownName))],
  ];
}

/** Layers for their weights, where all of them are among the names. @param others names that are not among them */
function byLayer(names: readonly string[], others: readonly string[]): readonly string[] {
  const layerOf = (name: string): string => (/^[^ ]*$/.test(name) ? name.slice(0, name.lastIndexOf('/')) : name);
  const split = new Set(others.map(layerOf));
  return [...new Set(names.map((name) => (split.has(layerOf(name)) ? name : layerOf(name))))];
}

const namesOf = (names: readonly string[]): string =>
  names.length > maxNames ? `${names.slice(0, maxNames).join(', ')}, … (${names.length} in all)` : names.join(', ');
