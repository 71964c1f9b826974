import {SweepReader} from '../../runs/sweep/read-sweep.js';
import {SweepFolder} from '../../runs/sweep/sweep-folder.js';
import {ExpError} from '../../support/errors.js';
import type {SweepData} from '../page/data.js';
import {sweepViewOf} from '../sweep-of-folder.js';
import {sweepData} from './sweep-data.js';

interface Followed {
  readonly reader: SweepReader;
  readonly folder: SweepFolder;
  data: SweepData;
  /** Of the data but for the time, which goes on. */
  text: string;
  startedAt: string;
}

/** Sweeps as a page shows them, kept up to date by reading their journals on. */
export class LiveSweeps {
  readonly #sweeps = new Map<string, Followed>();

  /** The newest first. */
  get data(): readonly SweepData[] {
    const all = [...this.#sweeps.values()];
    return all.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).map(({data}) => data);
  }

  /** @param folders all sweeps there are @returns whether anything has changed */
  update(folders: readonly string[]): boolean {
    let hasChanged = false;
    const present = new Set(folders);
    for (const folder of this.#sweeps.keys()) {
      if (!present.has(folder)) hasChanged = this.#sweeps.delete(folder);
    }
    for (const folder of folders) if (this.#follow(folder)) hasChanged = true;
    return hasChanged;
  }

  #follow(path: string): boolean {
    const known = this.#sweeps.get(path);
    try {
      const reader = known?.reader ?? new SweepReader(path);
      const folder = known?.folder ?? SweepFolder.open(path);
      const view = sweepViewOf(reader.look(), folder.stopRequest !== undefined);
      const data = sweepData(view, false);
      const text = JSON.stringify({...data, progress: ''});
      this.#sweeps.set(path, {reader, folder, data, text, startedAt: view.startedAt});
      return text !== known?.text;
    } catch (error) {
      // Damaged, or being deleted.
      if (error instanceof ExpError) return this.#sweeps.delete(path);
      throw error;
    }
  }
}
