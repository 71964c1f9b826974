import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/**
 * The arguments that start the trial's program in a Node.js of its own: a file beside the bundle's chunks, or, when exp runs from its
 * sources (tests, benches), TypeScript beside this file.
 */
export function childArguments(): readonly string[] {
  if (import.meta.url.endsWith('.ts')) {
    return ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./child.ts', import.meta.url))];
  }
  const candidates = ['../workers/engine-trial.js', './workers/engine-trial.js', '../../workers/engine-trial.js'];
  const found = candidates
    .map((file) => fileURLToPath(new URL(file, import.meta.url)))
    .find((file) => existsSync(file));
  if (!found) throw new Error(`no engine-trial.js near ${import.meta.url}`);
  return [found];
}
