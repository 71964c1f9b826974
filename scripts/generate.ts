/**
 * Writes what is made from the definitions beside each builder: schemas/experiment.schema.json.
 * `node --import tsx scripts/generate.ts --check` writes nothing and fails if the file is out of date.
 */
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {experimentEditorSchemaText} from '../src/experiment/editor-schema.js';

const root = path.resolve(import.meta.dirname, '..');

/** Generated files by their path in the project. */
const generated = (): ReadonlyMap<string, string> =>
  new Map([['schemas/experiment.schema.json', experimentEditorSchemaText()]]);

/** Writes the files that changed. */
export async function generate(): Promise<void> {
  for (const file of await outdated()) {
    await mkdir(path.dirname(path.join(root, file)), {recursive: true});
    await writeFile(path.join(root, file), generated().get(file) ?? '');
  }
}

/** Paths of the files that do not hold what the definitions say. */
export async function outdated(): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [file, text] of generated()) {
    const found = await readFile(path.join(root, file), 'utf8').catch(() => undefined);
    if (found !== text) files.push(file);
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--check')) {
    const files = await outdated();
    for (const file of files)
      process.stderr.write(`${file} is out of date: run node --import tsx scripts/generate.ts\n`);
    process.exitCode = files.length > 0 ? 1 : 0;
  } else await generate();
}
