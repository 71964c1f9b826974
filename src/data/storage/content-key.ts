import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {missing} from '../files/paths.js';

/** Part of every key: what was decoded by another version of the decoders is not found again. Raise it with every change of them. */
const formatVersion = 1;

/** Files read at a time. */
const numAtOnce = 8;

/**
 * A name for what comes out of decoding files: SHA-256 over their bytes, in order, and all that the decoder is told besides. The names and
 * dates of the files do not matter. @param files absolute @param args plain JSON @throws ExpError for a file that cannot be read
 */
export async function contentKey(files: readonly string[], args: unknown): Promise<string> {
  const digests: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      digests[index] = await digestOf(files[index]!);
    }
  };
  await Promise.all(Array.from({length: numAtOnce}, work));
  return createHash('sha256').update(JSON.stringify({formatVersion, args, digests})).digest('hex');
}

/** By path, size and time of a large file: a run looks at its data when it is checked and again when it is trained on. */
const known = new Map<string, string>();
const largeBytes = 1 << 20;

/** SHA-256 of a file, hex. @throws ExpError */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    const {size, mtimeNs, ino} = await stat(file, {bigint: true});
    const name = `${file} ${size} ${mtimeNs} ${ino}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    for await (const chunk of createReadStream(file, {highWaterMark: 1 << 18})) hash.update(chunk as Buffer);
    const digest = hash.digest('hex');
    if (size >= largeBytes) known.set(name, digest);
    return digest;
  } catch (error) {
    throw await missing(file, error as NodeJS.ErrnoException);
  }
}
