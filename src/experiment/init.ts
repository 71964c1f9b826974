import {existsSync, readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {basename, dirname, join, relative, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {displayPath} from '../spec/read-file.js';
import {ExpError} from '../support/errors.js';
import {experimentEditorSchemaText} from './editor-schema.js';
import {initTemplate} from './init-template.js';

const schemaName = 'experiment.schema.json';

/**
 * Writes a spec to start from.
 * @param target a .yaml file, or a folder that gets an experiment.yaml
 * @returns the paths of the spec and of the schema that its first line names
 */
export async function initExperiment(
  target: string,
  force: boolean,
): Promise<{readonly spec: string; readonly schema: string}> {
  const spec = /\.ya?ml$/.test(target) ? target : join(target, 'experiment.yaml');
  const folder = dirname(resolve(spec));
  const installed = installedSchema(folder);
  const schema = installed ?? join(folder, schemaName);
  const name = basename(spec)
    .replace(/\.ya?ml$/, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  const header = relative(folder, schema).replaceAll(sep, '/');
  await writeNewFile(
    spec,
    initTemplate(name.slice(0, 64) || 'experiment', header.startsWith('.') ? header : `./${header}`),
    force,
  );
  if (!installed) await writeNewFile(schema, experimentEditorSchemaText(), true);
  return {spec: displayPath(resolve(spec)), schema: displayPath(schema)};
}

/** Writes a file and the folders above it. @throws ExpError USAGE if it exists, unless forced, or cannot be written */
export async function writeNewFile(path: string, text: string, force: boolean): Promise<void> {
  try {
    await mkdir(dirname(resolve(path)), {recursive: true});
    await writeFile(path, text, {flag: force ? 'w' : 'wx'});
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const exists = code === 'EEXIST' && !force;
    const message = exists ? `${path} is already there` : `${path} cannot be written: ${(error as Error).message}`;
    throw new ExpError('USAGE', message, exists ? 'overwrite it with --force, or name another file' : undefined);
  }
}

/** The schema that came with this package, if the package is installed in a project around `folder`. */
function installedSchema(folder: string): string | undefined {
  const root = packageRoot();
  if (root === undefined) return undefined;
  const schema = join(root, 'schemas', schemaName);
  const modules = root.lastIndexOf(`${sep}node_modules${sep}`);
  const project = modules < 0 ? root : root.slice(0, modules);
  return existsSync(schema) && `${folder}${sep}`.startsWith(`${project}${sep}`) ? schema : undefined;
}

function packageRoot(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return readFileSync(manifest, 'utf8').includes('"bin"') ? folder : undefined;
  }
  return undefined;
}
