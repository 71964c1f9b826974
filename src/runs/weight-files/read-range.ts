import {type FileHandle, open} from 'node:fs/promises';
import {displayPath, missing} from '../../data/files/paths.js';
import {ExpError} from '../../support/errors.js';

/** Opens a file, hands it to `use` with its size, and closes it. @param file absolute @throws ExpError DATA_MISSING, DATA_INVALID */
export async function withFile<Result>(
  file: string,
  use: (handle: FileHandle, numBytes: number) => Promise<Result>,
): Promise<Result> {
  const handle = await open(file).catch(async (error: NodeJS.ErrnoException) => {
    throw await missing(file, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ExpError('DATA_INVALID', `${displayPath(file)} is not a file`);
    return await use(handle, stats.size);
  } finally {
    await handle.close();
  }
}

/** Bytes of an open file; fewer where it ends before. */
export async function readRange(handle: FileHandle, begin: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin);
  let length = 0;
  while (length < bytes.length) {
    const {bytesRead} = await handle.read(bytes, length, bytes.length - length, begin + length);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
  }
  return bytes;
}
