import {closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';

let numWritten = 0;

/**
 * Writes a file so that a reader sees the old content or the new, never a part: temporary file beside it, then rename.
 * Node's writeFileSync goes on after a short write, so a disk that fills up throws here and leaves the old file as it was
 * (the write-file-atomic package ignores short writes, which is how a torn file gets renamed into place).
 * @param options.durable also waits until the bytes are on the disk; milliseconds, so not for heartbeats.
 * @throws the file system's own error, the temporary file removed.
 */
export function writeFileAtomically(
  file: string,
  content: string | Uint8Array,
  options: {readonly durable?: boolean} = {},
): void {
  const temporary = `${file}.${process.pid}-${++numWritten}.tmp`;
  try {
    const descriptor = openSync(temporary, 'w');
    try {
      writeFileSync(descriptor, content);
      if (options.durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
    if (options.durable) syncDirectory(path.dirname(file));
  } catch (error) {
    rmSync(temporary, {force: true});
    throw error;
  }
}

/** Makes a rename inside the directory last through a power cut. Systems that cannot (Windows) are left as they are. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
