import {open, readdir, stat} from 'node:fs/promises';
import {basename, dirname, isAbsolute, relative, resolve} from 'node:path';
import {ExpError} from '../support/errors.js';
import {SourceFile, type SourceKind} from './source.js';
import {nearest} from './suggest.js';

/** A spec is written by hand; a larger file is something else. */
const maxBytes = 256 * 1024;

/** Why a spec file could not be read, in the words that follow its name. */
export class UnreadableError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** A path as messages show it: relative when it lies below the working directory. */
export function displayPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere.replaceAll('\\', '/');
}

/** Reads a spec's text. @param typed the path as it was written. @throws UnreadableError saying what stands in the way. */
export async function readSource(path: string, kind: SourceKind, typed = path): Promise<SourceFile> {
  const absolute = resolve(path);
  const bytes = await readBytes(absolute, typed, kind);
  return new SourceFile(displayPath(absolute), decode(bytes), kind, absolute);
}

/** As readSource, for a file named on the command line. @throws ExpError SPEC_INVALID */
export async function readSpecFile(path: string): Promise<SourceFile> {
  try {
    return await readSource(path, 'spec');
  } catch (error) {
    if (error instanceof UnreadableError) throw new ExpError('SPEC_INVALID', `${path} ${error.message}`, error.hint);
    throw error;
  }
}

async function readBytes(path: string, typed: string, kind: SourceKind): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UnreadableError('is a folder', await yamlFilesIn(path));
    // A person may pipe a spec in; a file that a spec names is a file, neither a pipe that waits for ever nor an endless device.
    if (!found.isFile() && kind !== 'spec') throw new UnreadableError('is not a regular file');
    if (found.size > maxBytes) throw tooLarge(`${Math.ceil(found.size / 1024)} KiB`);
    return await readAtMost(path, maxBytes);
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UnreadableError('does not exist', await nearNames(path, typed));
    if (code === 'EACCES' || code === 'EPERM') throw new UnreadableError('may not be read', 'look at its permissions');
    if (code === undefined) throw error;
    throw new UnreadableError(`cannot be read: ${message.replace(/,[^,]*$/, '')}`);
  }
}

const tooLarge = (size: string): UnreadableError =>
  new UnreadableError(
    `is ${size} large; a spec has at most ${maxBytes / 1024} KiB`,
    'data belongs into files of its own that `data.source` names',
  );

/** A file's bytes, whatever its size is said to be. @throws UnreadableError for more than so many */
async function readAtMost(path: string, most: number): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const {bytesRead, buffer} = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (length > most) throw tooLarge(`more than ${most / 1024} KiB`);
    }
  } finally {
    await handle.close();
  }
}

function decode(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) throw new UnreadableError('is UTF-16', 'save it as UTF-8');
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new UnreadableError(`is not a text file: there is a zero byte in line ${lineOf(bytes, nul)}`);
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes); // drops a byte order mark
  } catch {
    const line = lineOf(bytes, utf8Length(bytes));
    throw new UnreadableError(`is not UTF-8 text: line ${line} has other bytes`, 'save it as UTF-8');
  }
}

/** The line, from 1, in which a byte stands. */
const lineOf = (bytes: Uint8Array, at: number): number =>
  bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;

/** Whether bytes are UTF-8, the last character perhaps cut. */
function startsAsUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', {fatal: true}).decode(bytes, {stream: true});
    return true;
  } catch {
    return false;
  }
}

/** How many bytes from the start are UTF-8, found by halving: bytes that end inside a character count as well. */
function utf8Length(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startsAsUtf8(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @param path a file that is not there. @param typed as it was written; the hint is written alike. */
async function nearNames(path: string, typed: string): Promise<string | undefined> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  if (!names) return `the folder ${displayPath(folder)} does not exist either`;
  const stem = (name: string): string => name.replace(/\.ya?ml$/, '');
  const near = nearest(stem(basename(path)), names.filter((name) => /\.ya?ml$/.test(name)).map(stem));
  const file = names.find((name) => name !== near && stem(name) === near);
  if (file === undefined) return yamlFilesIn(folder);
  return `did you mean ${typed.slice(0, typed.length - basename(typed).length)}${file}?`;
}

async function yamlFilesIn(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 8).map((name) => displayPath(resolve(folder, name)));
  return `specs there: ${shown.join(', ')}${names.length > 8 ? ', …' : ''}`;
}
