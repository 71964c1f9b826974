import {readdirSync} from 'node:fs';
import path from 'node:path';
import {type Stamp, stampOf} from './index/stamp.js';
import {type Run, readRun} from './run.js';

/** What happened in a folder of runs since the last look. */
export interface FolderChange {
  /** Runs that are new, or of which a file or the state has changed. */
  readonly changed: readonly Run[];
  /** Ids of runs that are gone. */
  readonly gone: readonly string[];
  /** Runs that are not looked at, because there are too many. */
  readonly numLeftOut: number;
}

/** A run that ended is looked at in one of this many rounds: it may still be tagged, or deleted. */
const restRounds = 10;

interface Known {
  run: Run;
  stamp: Stamp;
  state: Run['state'];
}

/** Watches a folder of runs by looking at it: works on every file system, and while runs are written, made and deleted by others. */
export class RunsFolder {
  readonly #known = new Map<string, Known>();
  #round = 0;

  /** @param maxRuns those that changed last are looked at */
  constructor(
    readonly path: string,
    readonly maxRuns: number,
  ) {}

  /** Looks again. A folder that is not there has no runs. */
  look(): FolderChange {
    const isFull = this.#round++ % restRounds === 0;
    const found = this.#found(isFull);
    const kept = [...found].sort(([, a], [, b]) => b.changedAt - a.changedAt).slice(0, this.maxRuns);
    const ids = new Set(kept.map(([id]) => id));
    const gone = [...this.#known.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.#known.delete(id);
    const changed = kept.flatMap(([id, stamp]) => {
      const known = this.#known.get(id);
      const isSame = known?.stamp.text === stamp.text;
      if (known && isSame && known.run.state === known.state) return [];
      const run = known && isSame ? known.run : readRun(path.join(this.path, id));
      this.#known.set(id, {run, stamp, state: run.state});
      return [run];
    });
    return {changed, gone, numLeftOut: found.size - kept.length};
  }

  /** Run folders by name. */
  #found(isFull: boolean): ReadonlyMap<string, Stamp> {
    const found = new Map<string, Stamp>();
    for (const name of namesIn(this.path)) {
      const known = this.#known.get(name);
      if (known && known.state !== 'running' && !isFull) {
        found.set(name, known.stamp);
        continue;
      }
      try {
        const stamp = stampOf(path.join(this.path, name));
        if (stamp) found.set(name, stamp);
      } catch {
        // Must not be looked into, or was deleted meanwhile.
      }
    }
    return found;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, {withFileTypes: true});
    return entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map(({name}) => name);
  } catch {
    return [];
  }
}
