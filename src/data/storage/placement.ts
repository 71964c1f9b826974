import {totalmem} from 'node:os';

/** Where decoded examples are: in memory, or in files that batches are read from. */
export type Place = 'memory' | 'disk';

/** What a process may take: the machine's memory, or less where a container says so. */
function availableMemory(): number {
  const limit = process.constrainedMemory(); // 0 and huge numbers stand for "no limit"
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Decides for each of a data set's sources where its examples go. */
export class Placement {
  readonly #wanted: Place | 'auto';
  readonly #memoryBytes: number;
  #taken: Place = 'memory';

  /** @param memoryBytes what `auto` keeps in memory at most; a quarter of the machine's by default */
  constructor(wanted: Place | 'auto', memoryBytes: number = availableMemory() / 4) {
    this.#wanted = wanted;
    this.#memoryBytes = memoryBytes;
  }

  /** Whether any examples went to disk. */
  get taken(): Place {
    return this.#taken;
  }

  /** @param numBytes of the decoded examples, or a good guess. @param limitBytes another limit for `auto` */
  choose(numBytes: number, limitBytes: number = Number.POSITIVE_INFINITY): Place {
    const fits = numBytes <= Math.min(this.#memoryBytes, limitBytes);
    const place = this.#wanted === 'auto' ? (fits ? 'memory' : 'disk') : this.#wanted;
    if (place === 'disk') this.#taken = 'disk';
    return place;
  }
}
