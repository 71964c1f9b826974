import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A small file system that can be filled to the last byte. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves so many bytes free. */
  fill(bytesFree: number): void;
  /** Removes what `fill` put there. */
  clear(): void;
  unmount(): void;
}

const fillerName = 'filler';

/** Mounts a tmpfs; undefined where that is not allowed (not root, not Linux). @param bytes a multiple of 4096 */
export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmSync(folder, {recursive: true});
    return undefined;
  }
  return {
    path: folder,
    fill(bytesFree) {
      // Grows page by page until the disk is full, then shrinks by what is to stay free.
      let size = bytes;
      for (;;) {
        try {
          writeFileSync(path.join(folder, fillerName), Buffer.alloc(size, 1));
          break;
        } catch {
          rmSync(path.join(folder, fillerName), {force: true});
          size -= 4096;
        }
      }
      writeFileSync(path.join(folder, fillerName), Buffer.alloc(Math.max(0, size - bytesFree), 1));
    },
    clear: () => rmSync(path.join(folder, fillerName), {force: true}),
    unmount() {
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), {recursive: true});
      spawnSync('umount', [folder]);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
