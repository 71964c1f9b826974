import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** How to start the worker: a file, or code that starts it. */
export interface WorkerEntry {
  readonly source: URL | string;
  readonly eval: boolean;
}

/**
 * Where the worker's entry lies: beside the bundle's chunks, or, when exp runs from its sources (tests, benches), beside this file as
 * TypeScript, which a thread has to be told how to read.
 */
export function workerEntry(): WorkerEntry {
  if (import.meta.url.endsWith('.ts')) {
    const source = JSON.stringify(new URL('./batch-worker.ts', import.meta.url).href);
    return {source: `import('tsx/esm/api').then(({register}) => {register(); return import(${source});})`, eval: true};
  }
  const candidates = ['../workers/batch-worker.js', './workers/batch-worker.js'];
  const found = candidates.map((file) => new URL(file, import.meta.url)).find((url) => existsSync(fileURLToPath(url)));
  if (!found) throw new Error(`no batch-worker.js near ${import.meta.url}`);
  return {source: found, eval: false};
}
