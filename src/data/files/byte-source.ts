import {isUtf8} from 'node:buffer';
import {closeSync, openSync, readSync} from 'node:fs';

/** The bytes of a text, in memory or read when they are asked for. */
export interface ByteSource {
  readonly length: number;
  /** Bytes from `start` to before `end`, as far as there are any; not for keeping. */
  slice(start: number, end: number): Uint8Array;
}

const chunkBytes = 1 << 18;

export const bytesInMemory = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
});

/** A file's bytes. The file is opened for each piece, so nothing has to be closed. */
export const bytesInFile = (file: string, length: number): ByteSource => ({
  length,
  slice(start, end) {
    const bytes = Buffer.alloc(Math.max(0, Math.min(end, length) - start));
    const descriptor = openSync(file, 'r');
    try {
      let done = 0;
      while (done < bytes.length) {
        const numRead = readSync(descriptor, bytes, done, bytes.length - done, start + done);
        if (numRead === 0) break;
        done += numRead;
      }
      return bytes.subarray(0, done);
    } finally {
      closeSync(descriptor);
    }
  },
});

/** All bytes in pieces. @param end where to stop */
export function* chunksOf(source: ByteSource, end: number = source.length): Generator<Uint8Array> {
  for (let start = 0; start < end; start += chunkBytes) yield source.slice(start, Math.min(start + chunkBytes, end));
}

/** Whether bytes are UTF-8, told piece by piece: a character may lie in two of them. */
export class Utf8Check {
  #left = new Uint8Array(0);

  /** @param isLast whether nothing follows */
  accepts(chunk: Uint8Array, isLast: boolean): boolean {
    const bytes = this.#left.length > 0 ? Buffer.concat([this.#left, chunk]) : chunk;
    const end = isLast ? bytes.length : startOfLastCharacter(bytes);
    this.#left = bytes.slice(end);
    return isUtf8(bytes.subarray(0, end));
  }
}

/** Where the last character starts, which may lack bytes; a character has 4 at most. */
function startOfLastCharacter(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 4); at--) {
    if ((bytes[at]! & 0xc0) !== 0x80) return at;
  }
  return bytes.length;
}
