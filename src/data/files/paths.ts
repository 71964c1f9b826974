import {readdir, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';

/**
 * The real path of a data file or folder named in a spec. Relative paths start at the spec's folder. With symbolic links followed, the file
 * must lie in the spec's folder, in the working folder, or in a folder listed in EXP_DATA_ROOTS, so that a spec from elsewhere cannot read
 * whatever its author likes.
 * @param others further folders that the file may lie in
 * @throws ExpError DATA_MISSING, DATA_INVALID
 */
export async function resolveDataPath(
  wanted: string,
  baseDir: string,
  others: readonly string[] = [],
): Promise<string> {
  const absolute = path.resolve(baseDir, wanted);
  const roots = [baseDir, process.cwd(), ...extraRoots(), ...others];
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => path.resolve(root))));
  const real = await realpath(absolute).catch((error: NodeJS.ErrnoException) => error);
  if (typeof real !== 'string') {
    if (![...roots, ...realRoots].some((root) => isInside(absolute, path.resolve(root))))
      throw outside(wanted, absolute);
    throw await missing(absolute, real);
  }
  if (!realRoots.some((root) => isInside(real, root))) throw outside(wanted, real);
  await checkKind(real);
  return real;
}

/** Reading a pipe waits for somebody to write into it, and a device may never end. @throws ExpError DATA_INVALID */
export async function checkKind(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats || stats.isFile() || stats.isDirectory()) return;
  const what = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new ExpError('DATA_INVALID', `${displayPath(file)} is ${what}; expected a file`, 'write its content to a file');
}

/** A path as messages show it: relative to the working folder where that is shorter to read. */
export function displayPath(absolute: string): string {
  const relative = path.relative(process.cwd(), absolute);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
}

/** The error for a file that is not there or may not be read. */
export async function missing(absolute: string, error: NodeJS.ErrnoException): Promise<ExpError> {
  const shown = displayPath(absolute);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new ExpError('DATA_MISSING', `${shown} cannot be read: permission denied`, undefined, {cause: error});
  }
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') {
    return new ExpError('DATA_MISSING', `${shown} cannot be read: ${error.message}`, undefined, {cause: error});
  }
  const names = await readdir(path.dirname(absolute)).catch(() => undefined);
  if (names === undefined) {
    const folder = displayPath(path.dirname(absolute));
    return new ExpError('DATA_MISSING', `${shown} does not exist: there is no folder ${folder}`, relativeHint);
  }
  const near = nearest(path.basename(absolute), names);
  const hint = near === undefined ? relativeHint : `did you mean ${near}?`;
  return new ExpError('DATA_MISSING', `${shown} does not exist`, hint);
}

const relativeHint = 'relative paths start at the folder of the spec file';

const outside = (wanted: string, real: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${path.isAbsolute(wanted) ? displayPath(wanted) : wanted} leads to ${real}, outside the folders that a spec may read (its own and the working folder)`,
    `move the data, or allow its folder: EXP_DATA_ROOTS=${path.dirname(real)}`,
  );

const extraRoots = (): string[] => (process.env.EXP_DATA_ROOTS ?? '').split(path.delimiter).filter(Boolean);

function isInside(file: string, root: string): boolean {
  const relative = path.relative(root, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}
