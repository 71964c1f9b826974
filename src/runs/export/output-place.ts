import {closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import {displayPath} from '../../data/files/paths.js';
import {syncDirectory} from '../../support/atomic-file.js';
import {ExpError} from '../../support/errors.js';
import {modelFiles} from '../layout.js';

const otherPlace = 'name another place with --out';

/**
 * Where an exported file or folder goes: written under another name beside it, and renamed when it is whole and checked. Claimed before
 * anything is computed, so that a place that cannot be written to is known at once.
 */
export class OutputPlace {
  private constructor(
    /** As people named it. */
    readonly shown: string,
    private readonly target: string,
    /** What is written: a file, or an empty folder, that is there already. */
    readonly temporary: string,
  ) {}

  /**
   * @param options.force takes the place of what is there; of a folder only if that is a model, or empty
   * @throws ExpError USAGE where something is there already, RUN_UNWRITABLE
   */
  static claim(out: string, {kind, force}: {readonly kind: 'file' | 'folder'; readonly force: boolean}): OutputPlace {
    const target = path.resolve(out);
    const shown = displayPath(target);
    if (existsSync(target)) refuseTaken(target, shown, kind, force);
    const place = new OutputPlace(shown, target, `${target}.${process.pid}.tmp`);
    place.#writing(() => {
      rmSync(place.temporary, {recursive: true, force: true});
      if (kind === 'folder') mkdirSync(place.temporary);
      else closeSync(openSync(place.temporary, 'w'));
    });
    return place;
  }

  /** Writes into the claimed place. @throws ExpError RUN_UNWRITABLE */
  write(write: (temporary: string) => void): void {
    this.#writing(() => write(this.temporary));
  }

  /** It is whole: it takes its name. @throws ExpError RUN_UNWRITABLE; what was there under the name is then still there */
  commit(): void {
    this.#writing(() => {
      const previous = `${this.target}.${process.pid}.previous`;
      const isReplaced = existsSync(this.target) && statSync(this.target).isDirectory();
      if (isReplaced) renameSync(this.target, previous);
      renameSync(this.temporary, this.target);
      syncDirectory(path.dirname(this.target));
      if (isReplaced) rmSync(previous, {recursive: true, force: true});
    });
  }

  /** Leaves nothing behind; nothing happens after `commit`. */
  discard(): void {
    rmSync(this.temporary, {recursive: true, force: true});
  }

  #writing(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (error instanceof ExpError || !(error instanceof Error) || !('code' in error)) throw error;
      const parent = path.dirname(this.target);
      const reason = existsSync(parent) ? error.message : `there is no folder ${displayPath(parent)}`;
      throw new ExpError('RUN_UNWRITABLE', `${this.shown} cannot be written: ${reason}`, otherPlace, {cause: error});
    }
  }
}

function refuseTaken(target: string, shown: string, kind: 'file' | 'folder', force: boolean): void {
  const isFolder = statSync(target).isDirectory();
  if (isFolder !== (kind === 'folder')) {
    const message = `${shown} is a ${isFolder ? 'folder' : 'file'}, and a ${kind} is to be written`;
    throw new ExpError('USAGE', message, otherPlace);
  }
  if (isFolder && readdirSync(target).length === 0) return;
  if (!force) throw new ExpError('USAGE', `${shown} is there already`, `${otherPlace}, or replace it with --force`);
  if (isFolder && !existsSync(path.join(target, modelFiles.topology))) {
    throw new ExpError('USAGE', `${shown} is a folder that holds no model; it is not replaced`, otherPlace);
  }
}
