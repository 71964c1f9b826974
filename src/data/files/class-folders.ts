import type {Dirent} from 'node:fs';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';
import {displayPath, missing, resolveDataPath} from './paths.js';

/** Files sorted into classes by the folder that they lie in. */
export interface ClassFolders {
  /** Sorted by their character codes. */
  readonly classNames: readonly string[];
  /** Absolute, class by class, sorted by name inside a class. */
  readonly files: readonly string[];
  /** The class of each file. */
  readonly labels: Int32Array;
}

const imageName = /\.(?:png|jpe?g|webp)$/i;
/** What systems leave behind; never data. */
const ignoredName = /^(?:\.|Thumbs\.db$|desktop\.ini$)/;

/**
 * Lists a folder that holds one folder of images per class.
 * @param known the training folder's classes, for a test folder: it may lack some, and has no others
 * @param baseDir the spec's folder: links may lead into it
 * @throws ExpError
 */
export async function listClassFolders(
  folder: string,
  baseDir: string,
  known?: readonly string[],
): Promise<ClassFolders> {
  const shown = displayPath(folder);
  const entries = await entriesOf(folder, baseDir);
  const stray = entries.find((entry) => entry.isFile());
  if (stray) {
    throw new ExpError(
      'DATA_INVALID',
      `${path.join(shown, stray.name)} is not in the folder of a class; expected one folder of images per class`,
      imageName.test(stray.name)
        ? `move it into a folder: ${path.join(shown, 'CLASS', stray.name)}`
        : `move it out of ${shown}`,
    );
  }
  const found = entries.map(({name}) => name);
  if (!known && found.length < 2) {
    const has = found.length === 1 ? `one folder, ${found[0]}` : 'no folders';
    throw new ExpError(
      'DATA_INVALID',
      `${shown} holds ${has}; expected one folder of images for each of 2 or more classes`,
    );
  }
  const classNames = known ?? found;
  const files: string[] = [];
  const labels: number[] = [];
  for (const name of found) {
    const label = classNames.indexOf(name);
    if (label === -1) {
      const near = nearest(name, classNames);
      throw new ExpError(
        'DATA_INVALID',
        `${path.join(shown, name)} is the folder of a class that no training image has; they have ${classNames.join(', ')}`,
        near === undefined ? undefined : `did you mean ${near}?`,
      );
    }
    for (const file of await imagesIn(path.join(folder, name), baseDir)) {
      files.push(file);
      labels.push(label);
    }
  }
  return {classNames, files, labels: Int32Array.from(labels)};
}

async function imagesIn(folder: string, baseDir: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder, baseDir);
  const other = entries.find((entry) => !entry.isFile() || !imageName.test(entry.name));
  if (other) {
    const what = other.isFile() ? 'is not an image by its name' : 'is not a file';
    throw new ExpError(
      'DATA_INVALID',
      `${displayPath(path.join(folder, other.name))} ${what}; expected .png, .jpg, .jpeg or .webp files`,
      'move it elsewhere',
    );
  }
  if (entries.length === 0) throw new ExpError('DATA_INVALID', `${displayPath(folder)} holds no images`);
  return entries.map(({name}) => path.join(folder, name));
}

/** Entries by name; links are followed as far as a spec may read. */
async function entriesOf(
  folder: string,
  baseDir: string,
): Promise<readonly (Pick<Dirent, 'isFile'> & {readonly name: string})[]> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR')
      throw new ExpError('DATA_INVALID', `${displayPath(folder)} is a file; expected a folder`);
    throw await missing(folder, error);
  });
  const kept = entries.filter(({name}) => !ignoredName.test(name));
  const sorted = kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(sorted.map((entry) => (entry.isSymbolicLink() ? followed(folder, entry.name, baseDir) : entry)));
}

async function followed(
  folder: string,
  name: string,
  baseDir: string,
): Promise<{readonly name: string; isFile(): boolean}> {
  const real = await resolveDataPath(path.join(folder, name), folder, [baseDir]);
  const isFolder = await readdir(real).then(
    () => true,
    () => false,
  );
  return {name, isFile: () => !isFolder};
}
