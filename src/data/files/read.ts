import {constants} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {open, readFile, stat} from 'node:fs/promises';
import {totalmem} from 'node:os';
import {promisify} from 'node:util';
import {createGunzip, gunzip} from 'node:zlib';
import {ExpError} from '../../support/errors.js';
import {type ByteSource, bytesInFile, bytesInMemory} from './byte-source.js';
import {displayPath, missing} from './paths.js';

const unzip = promisify(gunzip);

/** What is unpacked is in memory whole: half of it at most, and no more than Node.js can hold in one piece. */
const maxUnpackedBytes = Math.min(constants.MAX_LENGTH, Math.floor(totalmem() / 2));

/**
 * A whole data file, unpacked when it is gzip (told by its first bytes, not by its name).
 * @param maxBytes a small file may unpack to a thousand times its size; no more than this is unpacked @throws ExpError
 */
export async function readData(file: string, maxBytes: number = maxUnpackedBytes): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => fail(file, error));
  if (!isGzip(bytes)) return bytes;
  return unzip(bytes, {maxOutputLength: maxBytes}).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_BUFFER_TOO_LARGE') return brokenGzip(file, error);
    const message = `${displayPath(file)} unpacks to more than ${maxBytes} bytes, which is more than fits into memory`;
    throw new ExpError('DATA_INVALID', message, 'unpack it, and name the unpacked file', {cause: error});
  });
}

/** A whole text file to read piece by piece; unpacked in memory when it is gzip. @throws ExpError */
export async function readText(file: string): Promise<ByteSource> {
  const {bytes, totalBytes} = await readStart(file, 2);
  return totalBytes === undefined || isGzip(bytes)
    ? bytesInMemory(await readData(file))
    : bytesInFile(file, totalBytes);
}

/** The start of a data file, and its whole size where that is known without unpacking. */
export interface FileStart {
  /** At most the number of bytes asked for. */
  readonly bytes: Uint8Array;
  readonly totalBytes?: number;
}

/** The first bytes of a data file, unpacked when it is gzip. @throws ExpError */
export async function readStart(file: string, numBytes: number): Promise<FileStart> {
  try {
    const start = new Uint8Array(numBytes);
    const handle = await open(file);
    try {
      const {bytesRead} = await handle.read(start, 0, numBytes, 0);
      const bytes = start.subarray(0, bytesRead);
      if (!isGzip(bytes)) return {bytes, totalBytes: (await handle.stat()).size};
    } finally {
      await handle.close();
    }
  } catch (error) {
    return fail(file, error as NodeJS.ErrnoException);
  }
  return {bytes: await unzipStart(file, numBytes)};
}

/** Size in bytes, without reading. @throws ExpError */
export async function sizeOfFile(file: string): Promise<number> {
  const {size} = await stat(file).catch((error: NodeJS.ErrnoException) => fail(file, error));
  return size;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function unzipStart(file: string, numBytes: number): Promise<Uint8Array> {
  const input = createReadStream(file);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of input.pipe(createGunzip())) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= numBytes) break;
    }
  } catch (error) {
    return brokenGzip(file, error as Error);
  } finally {
    input.destroy();
  }
  return Buffer.concat(chunks).subarray(0, numBytes);
}

async function fail(file: string, error: NodeJS.ErrnoException): Promise<never> {
  if (error.code === 'EISDIR') {
    throw new ExpError('DATA_INVALID', `${displayPath(file)} is a folder; expected a file`);
  }
  throw await missing(file, error);
}

function brokenGzip(file: string, error: Error): never {
  throw new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} is a damaged gzip file: ${error.message}`,
    'the copy or download may have stopped early; fetch it again',
    {cause: error},
  );
}
