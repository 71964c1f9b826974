import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

/** What runs in the browser, as the build bundled it. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Reads dist/page. */
export function pageAssets(): PageAssets {
  const folder = folderAbove(import.meta.dirname);
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  return {script: read('page.js'), style: read('page.css')};
}

function folderAbove(directory: string): string {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'dist/page');
    if (existsSync(path.join(candidate, 'page.js'))) return candidate;
    if (path.dirname(folder) === folder) throw new Error('dist/page is not there: npm run build makes it');
  }
}
