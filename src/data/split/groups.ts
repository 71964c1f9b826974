import type {Rng} from '../../support/random.js';
import {sizesOf} from './folds.js';
import {divideBy, type HeldOut, heldCount} from './held-out.js';

/** Numbers for equal texts, from 0 in order of appearance. */
export function numberGroups(cells: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>();
  return Uint32Array.from(cells, (cell) => {
    const known = numbers.get(cell);
    if (known !== undefined) return known;
    numbers.set(cell, numbers.size);
    return numbers.size - 1;
  });
}

/**
 * Holds whole groups out, drawn one after another as long as they bring the part closer to the fraction; at least one, never all
 * (like scikit-learn's GroupShuffleSplit, which counts groups where this counts examples).
 * @param groups a number for each example, equal within a group; at least 2 of them
 */
export function holdOutGroups(groups: Uint32Array, fraction: number, rng: Rng): HeldOut {
  const sizes = sizesOf(groups);
  const wanted = heldCount(groups.length, fraction);
  const held = new Set<number>();
  let numHeld = 0;
  for (const group of rng.shuffle(Uint32Array.from(sizes, (_, i) => i))) {
    if (numHeld + sizes[group]! / 2 > wanted || held.size === sizes.length - 1) continue;
    held.add(group);
    numHeld += sizes[group]!;
  }
  if (held.size === 0) held.add(sizes.indexOf(Math.min(...sizes)));
  return divideBy(groups.length, (i) => held.has(groups[i]!));
}
