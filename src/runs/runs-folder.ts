import {readdirSync} from 'node:fs';
import path from 'node:path';
import {type Stamp, stampOf} from './index/stamp.js';
import {type Run, readRun} from './run.js';
import {trialFolders} from './sweep/find-sweeps.js';
import {isSweepFolder} from './sweep/is-sweep-folder.js';

/** What happened in a folder of runs since the last look. */
export interface FolderChange {
  /** Runs that are new, or of which a file or the state has changed. */
  readonly changed: readonly Run[];
  /** Ids of runs that are gone. */
  readonly gone: readonly string[];
  /** Runs that are not looked at, because there are too many. */
  readonly numLeftOut: number;
  /** Folders of the sweeps there are. */
  readonly sweeps: readonly string[];
}

/** A run that ended is looked at in one of this many rounds: it may still be tagged, or deleted. */
const restRounds = 10;

interface Known {
  run: Run;
  stamp: Stamp;
  state: Run['state'];
}

/**
 * Watches a folder of runs, and of sweeps with their trials, by looking at it: works on every file system, and while runs are written,
 * made and deleted by others.
 */
export class RunsFolder {
  readonly #known = new Map<string, Known>();
  #round = 0;

  /**
   * @param path of the runs folder, or of a sweep, of which nothing but its trials is looked at then
   * @param maxRuns those that changed last are looked at
   */
  constructor(
    readonly path: string,
    readonly maxRuns: number,
  ) {}

  /** Looks again. A folder that is not there has no runs. */
  look(): FolderChange {
    const isFull = this.#round++ % restRounds === 0;
    const {runs: found, sweeps} = this.#found(isFull);
    const kept = [...found].sort(([, a], [, b]) => b.changedAt - a.changedAt).slice(0, this.maxRuns);
    const ids = new Set(kept.map(([id]) => id));
    const gone = [...this.#known.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.#known.delete(id);
    const changed = kept.flatMap(([id, stamp]) => {
      const known = this.#known.get(id);
      const isSame = known?.stamp.text === stamp.text;
      if (known && isSame && known.run.state === known.state) return [];
      const run = known && isSame ? known.run : readRun(path.join(this.#parent, id));
      this.#known.set(id, {run, stamp, state: run.state});
      return [run];
    });
    return {changed, gone, numLeftOut: found.size - kept.length, sweeps};
  }

  /** What keys of runs start from. */
  get #parent(): string {
    return isSweepFolder(this.path) ? path.join(this.path, '..') : this.path;
  }

  /** Run folders by {@link Run.key}, and folders of sweeps. */
  #found(isFull: boolean): {readonly runs: ReadonlyMap<string, Stamp>; readonly sweeps: readonly string[]} {
    const parent = this.#parent;
    const names = parent === this.path ? namesIn(parent) : [path.basename(path.resolve(this.path))];
    const runs = new Map<string, Stamp>();
    const sweeps: string[] = [];
    for (const name of names) {
      const folder = path.join(parent, name);
      if (!this.#known.has(name) && isSweepFolder(folder)) {
        sweeps.push(folder);
        for (const trial of trialFolders(folder)) this.#stamp(path.relative(parent, trial), isFull, runs);
      } else this.#stamp(name, isFull, runs);
    }
    return {runs, sweeps};
  }

  #stamp(key: string, isFull: boolean, runs: Map<string, Stamp>): void {
    const known = this.#known.get(key);
    if (known && known.state !== 'running' && !isFull) {
      runs.set(key, known.stamp);
      return;
    }
    try {
      const stamp = stampOf(path.join(this.#parent, key));
      if (stamp) runs.set(key, stamp);
    } catch {
      // Must not be looked into, or was deleted meanwhile.
    }
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
