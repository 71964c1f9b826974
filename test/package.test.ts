import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execa} from 'execa';
import t from 'tap';

const root = path.resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What a built file imports when it is loaded, and what it may import later. */
function importsOf(file: string): {readonly atOnce: readonly string[]; readonly later: readonly string[]} {
  const text = readFileSync(file, 'utf8');
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]!);
  return {
    atOnce: all(/^(?:import|export)\b[^"';]*?(?:from\s*)?["']([^"']+)["'];$/gm),
    later: all(/\bimport\("([^"]+)"\)/g),
  };
}

/** Bare names that loading a built file reaches without any dynamic import. */
function packagesLoadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const name of importsOf(file).atOnce) {
    const inner = name.startsWith('.') ? packagesLoadedBy(path.resolve(path.dirname(file), name), seen) : [name];
    for (const found of inner) packages.add(found);
  }
  return packages;
}

t.test('the bundle imports nothing that package.json does not list', async (t) => {
  const dist = path.join(root, 'dist');
  const files = readdirSync(dist, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.js'));
  t.ok(files.length > 10, 'the project is built');
  const names = files.flatMap((file) => {
    const {atOnce, later} = importsOf(path.join(dist, file));
    return [...atOnce, ...later].filter((name) => !name.startsWith('.'));
  });
  const packages = new Set(names.map((name) => name.match(/^(@[^/]+\/)?[^/]+/)![0]));
  const listed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)];
  const known = new Set([...listed, ...builtinModules, ...builtinModules.map((name) => `node:${name.split('/')[0]}`)]);
  t.same(
    [...packages].filter((name) => !known.has(name) && !name.startsWith('node:')),
    [],
  );
});

t.test('exp validate, layers, ls and show start without an engine', async (t) => {
  for (const command of ['validate', 'layers', 'datasets', 'schema', 'ls', 'show', 'run', 'doctor']) {
    const packages = [...packagesLoadedBy(path.join(root, `dist/commands/${command}.js`))];
    t.ok(packages.includes('node:module'), `${command} was followed`);
    t.same(
      packages.filter((name) => /tensorflow|onnxruntime/.test(name)),
      [],
      command,
    );
  }
});

t.test('packed, installed into an empty folder, it trains what exp init writes', {timeout: 300_000}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-package-'));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  const inRoot = execa({cwd: root});
  await inRoot('npm', ['run', 'build:types']);
  // dist/ is built already, and building it again would pull it away under the other tests.
  const packed = await inRoot('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  const [{filename, files}]: [{filename: string; files: {path: string}[]}] = JSON.parse(packed.stdout);
  const tarball = path.join(folder, filename);
  t.ok(statSync(tarball).size <= 2_000_000, `the tarball has ${statSync(tarball).size} bytes, at most 2 MB`);
  const directories = new Set(files.map((file) => file.path.split('/')[0]));
  t.same([...directories].sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'oclif.manifest.json',
    'package.json',
    'schemas',
    'types',
  ]);

  const inFolder = execa({cwd: folder, env: {ONNXRUNTIME_NODE_INSTALL: 'skip'}});
  await inFolder('npm', ['init', '--yes']);
  await inFolder('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`]);

  await t.test('the command line', async (t) => {
    t.match((await inFolder('npx', ['exp', '--version'])).stdout, `exp-runner/${manifest.version}`);
    await inFolder('npx', ['exp', 'init']);
    const written = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    t.equal(written.length, 1, 'exp init writes one spec');
    await inFolder('npx', ['exp', 'run', written[0]!]);
    const runs = readdirSync(path.join(folder, 'runs'));
    t.equal(runs.length, 1);
    t.ok(existsSync(path.join(folder, 'runs', runs[0]!, 'summary.json')), 'the run finished');
  });

  await t.test('the library', async (t) => {
    const script = "import * as api from 'exp-runner'; console.log(Object.keys(api).join(' '))";
    const {stdout} = await inFolder(process.execPath, ['--input-type=module', '--eval', script]);
    t.match(stdout, /runExperiment/);
    const program = (type: string): string => `import {loadExperiment} from 'exp-runner';
      const {spec} = await loadExperiment({path: 'experiment.yaml'});
      export const epochs: ${type} = spec.training.epochs;`;
    writeFileSync(path.join(folder, 'right.mts'), program('number'));
    writeFileSync(path.join(folder, 'wrong.mts'), program('string'));
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const checked = await execa(process.execPath, [compiler, ...options, 'right.mts', 'wrong.mts'], {
      cwd: folder,
      reject: false,
    });
    t.match(checked.stdout, /^wrong\.mts\(3,20\): error TS2322: Type 'number' is not assignable to type 'string'\.$/);
  });
});
