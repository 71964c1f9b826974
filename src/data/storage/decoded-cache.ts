import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import type {Json} from '../dataset.js';
import {cacheFolder, isAlive} from '../files/cache.js';
import {displayPath} from '../files/paths.js';
import {ArrayFile, type ArrayPlace} from './array-file.js';
import {type ArrayStore, FolderStore} from './array-store.js';
import {digestOf} from './content-key.js';
import {bytesOf} from './elements.js';

/** Arrays in files and what else a decoder found out. */
export interface Decoded {
  readonly arrays: ReadonlyMap<string, ArrayFile>;
  readonly facts: Json;
}

/** Writes arrays into a store. @returns what else it found out, as plain JSON */
export type Decoder = (store: ArrayStore) => Promise<Json>;

/** The folder of everything that was decoded to files. */
export const decodedFolder = (): string => path.join(cacheFolder(), 'decoded');

const manifestName = 'manifest.json';

interface Manifest {
  readonly arrays: Readonly<Record<string, Omit<ArrayPlace, 'file'> & {readonly sha256: string}>>;
  readonly facts: Json;
}

let numMade = 0;

/** A name for something unfinished, which tells later processes whether its maker is gone. @param name of letters and digits */
export const partialName = (name: string): string => `${name}.${hostname()}-${process.pid}-${++numMade}.partial`;

/**
 * What `decode` gives, decoded into files of the per-user cache or found there from an earlier time. A folder of the cache gets its name
 * when all of it is written, so a process that is killed leaves nothing that counts; of two processes that decode the same, the first
 * to finish gives the files to both. Files are compared with their checksums before they are used, and made again where those differ.
 * @param key of the content: see contentKey @param what is decoded, for messages @throws ExpError where it cannot be written
 */
export async function decodedOnce(
  key: string,
  what: string,
  decode: Decoder,
  warn: (message: string) => void = () => {},
): Promise<Decoded> {
  const folder = path.join(decodedFolder(), key);
  const found = await openDecoded(folder);
  if (found === 'damaged') {
    warn(`${displayPath(folder)}, the decoded form of ${what}, is damaged; decoding again`);
    await rm(folder, {recursive: true, force: true});
  } else if (found) return found;
  const partial = path.join(decodedFolder(), partialName(key));
  let isOurs = true;
  try {
    await mkdir(path.dirname(folder), {recursive: true});
    await removeAbandoned(path.dirname(folder));
    await mkdir(partial);
    await writeAll(partial, decode);
    await rename(partial, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (!(await isThere(folder))) throw error;
      isOurs = false; // another process was first
    });
  } catch (error) {
    throw explainUnwritable(what, error);
  } finally {
    // Where even its folder cannot be made, there is nothing to remove.
    await rm(partial, {recursive: true, force: true}).catch(() => {});
  }
  const made = await openDecoded(folder, {verify: !isOurs});
  if (!made || made === 'damaged') throw new Error(`${folder} is not what was written`);
  return made;
}

async function writeAll(folder: string, decode: Decoder): Promise<void> {
  const store = new FolderStore(folder);
  try {
    const facts = await decode(store);
    const arrays: Record<string, Manifest['arrays'][string]> = {};
    for (const [name, {file, ...place}] of store.finish()) arrays[name] = {...place, sha256: await digestOf(file)};
    const manifest: Manifest = {arrays, facts};
    await writeFile(path.join(folder, manifestName), JSON.stringify(manifest));
  } finally {
    store.close();
  }
}

/** @returns undefined where there is nothing */
async function openDecoded(folder: string, {verify = true} = {}): Promise<Decoded | 'damaged' | undefined> {
  const text = await readFile(path.join(folder, manifestName), 'utf8').catch(() => undefined);
  if (text === undefined) return (await isThere(folder)) ? 'damaged' : undefined;
  try {
    const {arrays, facts} = JSON.parse(text) as Manifest;
    const files = new Map<string, ArrayFile>();
    for (const [name, {sha256, ...place}] of Object.entries(arrays)) {
      const file = path.join(folder, `${name}.bin`);
      const numBytes = place.byteOffset + place.numRows * place.rowSize * bytesOf(place.kind);
      if ((await stat(file)).size !== numBytes || (verify && (await digestOf(file)) !== sha256)) return 'damaged';
      files.set(name, ArrayFile.open({...place, file}));
    }
    return {arrays: files, facts};
  } catch {
    return 'damaged';
  }
}

const isThere = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  );

/** Removes what processes of this machine left that are gone. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, host, pid] = /^\w+\.(.+)-(\d+)-\d+\.partial$/.exec(name) ?? [];
    if (host === hostname() && !isAlive(Number(pid))) await rm(path.join(folder, name), {recursive: true, force: true});
  }
}

const diskErrors = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

/** What went wrong with writing, as people are told it; other errors as they are. @param what was to be written */
export function explainUnwritable(what: string, error: unknown): unknown {
  // Errors of the files that are decoded are ExpErrors already, so what has a code comes from writing.
  if (!(error instanceof Error && 'code' in error && diskErrors.has(String(error.code)))) return error;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new ExpError(
    'DATA_MISSING',
    `the decoded form of ${what} cannot be kept in ${displayPath(decodedFolder())}: ${isFull ? 'the disk is full' : error.message}`,
    isFull
      ? 'free some space, or set EXP_CACHE_DIR to a folder on another disk'
      : 'set EXP_CACHE_DIR to a folder that can be written',
    {cause: error},
  );
}
