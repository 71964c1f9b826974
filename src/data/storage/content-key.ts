import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
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

/** SHA-256 of a file, hex. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, {highWaterMark: 1 << 18})) hash.update(chunk as Buffer);
  } catch (error) {
    throw await missing(file, error as NodeJS.ErrnoException);
  }
  return hash.digest('hex');
}
