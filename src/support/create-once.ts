import {linkSync, readFileSync, rmSync, writeFileSync} from 'node:fs';

let numTemporary = 0;

/**
 * Makes a file that is not there yet, with its content from the start, so that nobody reads half of it; of several processes that try, the
 * file system lets one succeed.
 * @returns whether it was this one
 * @throws the file system's own error
 */
export function createOnce(file: string, content: string): boolean {
  const temporary = `${file}.${process.pid}-${++numTemporary}.tmp`;
  try {
    writeFileSync(temporary, content);
    return tryToLink(temporary, file);
  } finally {
    rmSync(temporary, {force: true});
  }
}

function tryToLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    // File systems without hard links.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'EXDEV') return tryToCopy(from, to);
    throw error;
  }
}

function tryToCopy(from: string, to: string): boolean {
  try {
    writeFileSync(to, readFileSync(from), {flag: 'wx'});
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
