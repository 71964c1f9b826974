import {existsSync, mkdirSync, statSync} from 'node:fs';
import path from 'node:path';

/** mkdir with all folders above. Node's own `recursive` never returns where a folder is there but takes no entries, as /proc. */
export function makeFolders(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const parent = path.dirname(folder);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolders(parent);
    makeFolders(folder);
  }
}
