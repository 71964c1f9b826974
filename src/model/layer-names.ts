import type {LayerSpec} from './layers/index.js';
import {LayerProblem} from './shape-problem.js';

/**
 * Names of all layers: given ones as they are, the others by type and order (conv2d, conv2d_1), stepping over names that are given.
 * @throws LayerProblem when a given name is used twice
 */
export function layerNames(layers: readonly LayerSpec[]): readonly string[] {
  const taken = new Map<string, number>();
  layers.forEach(({name}, index) => {
    if (name === undefined) return;
    const first = taken.get(name);
    if (first !== undefined) {
      throw new LayerProblem(
        index,
        name,
        'name',
        `two layers are named \`${name}\`: numbers ${first + 1} and ${index + 1}`,
        'give each layer its own name, or leave the name out',
      );
    }
    taken.set(name, index);
  });
  return numberedNames(layers.map(({type, name}) => ({base: type, ...(name === undefined ? {} : {name})})));
}

/** Given names as they are, the others by their base and order: base, base_1, base_2, stepping over names that are taken. */
export function numberedNames(entries: readonly {readonly base: string; readonly name?: string}[]): readonly string[] {
  const taken = new Set(entries.flatMap(({name}) => name ?? []));
  const numUsed = new Map<string, number>();
  return entries.map(({base, name}) => {
    if (name !== undefined) return name;
    for (;;) {
      const number = numUsed.get(base) ?? 0;
      numUsed.set(base, number + 1);
      const candidate = number === 0 ? base : `${base}_${number}`;
      if (taken.has(candidate)) continue;
      taken.add(candidate);
      return candidate;
    }
  });
}
