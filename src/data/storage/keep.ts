import type {Json} from '../dataset.js';
import {displayPath} from '../files/paths.js';
import {MemoryStore, type StoredArray} from './array-store.js';
import {contentKey} from './content-key.js';
import {type Decoder, decodedFolder, decodedOnce} from './decoded-cache.js';
import type {Place} from './placement.js';

/** What is decoded. */
export interface Decoding {
  /** Files the arrays are made of, absolute and in order. */
  readonly files: readonly string[];
  /** Whatever else decides what comes out, as plain JSON; the source's name among it. */
  readonly args: unknown;
  /** What people call it: a path. */
  readonly what: string;
  readonly place: Place;
}

/** Who is told how it goes; nobody by default. */
export interface Notices {
  /** What takes long. */
  readonly notify?: ((message: string) => void) | undefined;
  /** What a person should know. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Arrays by name, in memory or in files of the cache, and what else the decoder found out. */
export interface Kept {
  readonly arrays: ReadonlyMap<string, StoredArray>;
  readonly facts: Json;
}

/** Decodes into memory, or into the cache unless its files are there already. @throws ExpError */
export async function keepDecoded(
  {files, args, what, place}: Decoding,
  decode: Decoder,
  {notify, warn}: Notices,
): Promise<Kept> {
  if (place === 'memory') {
    const store = new MemoryStore();
    const facts = await decode(store);
    return {arrays: store.finish(), facts};
  }
  const key = await contentKey(files, args);
  const tell: Decoder = (store) => {
    notify?.(`decoding ${what} into ${displayPath(decodedFolder())}; later runs find it there`);
    return decode(store);
  };
  return decodedOnce(key, what, tell, warn);
}
