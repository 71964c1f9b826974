import {createReadStream} from 'node:fs';
import {open, readFile, stat} from 'node:fs/promises';
import {promisify} from 'node:util';
import {createGunzip, gunzip} from 'node:zlib';
import {ExpError} from '../../support/errors.js';
import {type ByteSource, bytesInFile, bytesInMemory} from './byte-source.js';
import {displayPath, missing} from './paths.js';

const unzip = promisify(gunzip);

/** A whole data file, unpacked when it is gzip (told by its first bytes, not by its name). @throws ExpError */
export async function readData(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => fail(file, error));
  if (!isGzip(bytes)) return bytes;
  return unzip(bytes).catch((error: Error) => brokenGzip(file, error));
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
