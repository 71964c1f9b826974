import {readdirSync} from 'node:fs';
import path from 'node:path';
import {runFiles} from './layout.js';
import {bytesOf} from './remove.js';

/** A folder of checkpoints/. */
export interface StoredCheckpoint {
  /** `best`, `best-1200`, `last`, `last.previous`. */
  readonly name: string;
  readonly kind: 'best' | 'last';
  readonly path: string;
  readonly bytes: number;
}

const checkpointName = /^(best|last)(?:[-.].*)?$/;

/** The checkpoints of a run folder, half-written ones among them; links and folders of other names are none. */
export function storedCheckpoints(folder: string): readonly StoredCheckpoint[] {
  const checkpoints = path.join(folder, runFiles.checkpoints);
  try {
    return readdirSync(checkpoints, {withFileTypes: true}).flatMap((entry) => {
      const kind = checkpointName.exec(entry.name)?.[1];
      if (!entry.isDirectory() || (kind !== 'best' && kind !== 'last')) return [];
      const place = path.join(checkpoints, entry.name);
      return [{name: entry.name, kind, path: place, bytes: bytesOf(place)}];
    });
  } catch {
    return [];
  }
}

/**
 * The checkpoint that stays when one of a kind shall: the best or the last one, or what was it when its writer was killed; of a run
 * without one of this kind, one of the other.
 */
export function checkpointToLeave(
  checkpoints: readonly StoredCheckpoint[],
  wanted: 'best' | 'last',
): StoredCheckpoint | undefined {
  for (const kind of wanted === 'best' ? (['best', 'last'] as const) : (['last', 'best'] as const)) {
    const found = [kind, `${kind}.previous`].map((name) => checkpoints.find((one) => one.name === name));
    const chosen = found.find((one) => one !== undefined) ?? checkpoints.find((one) => one.name.startsWith(`${kind}-`));
    if (chosen) return chosen;
  }
  return undefined;
}
