import {existsSync, readdirSync, rmSync} from 'node:fs';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import path from 'node:path';
import {isAlive} from '../../data/files/cache.js';
import {ExpError} from '../../support/errors.js';
import {hasNvidiaDriver} from '../nvidia.js';
import {compileEngine, findCompiler, nodeApiVersion} from './compile.js';
import {type InstalledEngine, installedEngine, readEngine} from './installed.js';
import {
  bindingVersion,
  type EngineRecord,
  engineFiles,
  engineFolder,
  engineFormat,
  enginesFolder,
  partialName,
  partialOwner,
  type TensorflowVariant,
  tensorflowVersion,
} from './layout.js';
import {checkMachine, checkSpace, machineFacts} from './requirements.js';
import type {ToolOptions} from './run-tool.js';
import {selfTest} from './self-test.js';
import {sharedModule} from './shared-module.js';
import {fetchSources} from './sources.js';
import {readFromWheel, type Unpacking, unpack} from './unpack.js';
import {cudaRequirements, downloadWheels, findPip, type Pip, tensorflowRequirement, wheelName} from './wheel.js';

export interface InstallOptions {
  readonly variant: TensorflowVariant;
  /** Makes it anew where it is there. */
  readonly isForced?: boolean;
  /** Is told each step, as it begins. */
  readonly tell?: (message: string) => void;
  /** pip may draw its progress on standard error. */
  readonly showsProgress?: boolean;
  readonly signal?: AbortSignal;
}

/** An engine, and whether it was there before. */
export interface Installation {
  readonly engine: InstalledEngine;
  readonly isNew: boolean;
}

/**
 * Makes TensorFlow for this machine: TensorFlow.js's binding, compiled against the C library inside TensorFlow's Python wheel. It is made in
 * a folder of its own and renamed when it passed its self-test, so an interrupted installation leaves nothing that looks whole, and of two
 * at once one wins.
 * @throws ExpError INSTALL_FAILED; the signal's reason when it was interrupted
 */
export async function installTensorflow(options: InstallOptions): Promise<Installation> {
  const {variant, isForced = false, tell = () => {}, signal} = options;
  const there = isForced ? undefined : installedEngine(variant);
  if (there) return {engine: there, isNew: false};
  checkMachine(machineFacts(), variant);
  if (variant === 'cuda' && !hasNvidiaDriver())
    throw new ExpError(
      'INSTALL_FAILED',
      'no NVIDIA driver is loaded here, so what would be made could not be tried',
      'install NVIDIA’s driver, so that nvidia-smi lists the card (in a container: --gpus all), and run this again; or leave out --cuda',
    );
  const folder = enginesFolder();
  checkSpace(folder, variant);
  const partial = path.join(folder, partialName(variant));
  await makeFolder(partial);
  removeAbandoned(folder);
  try {
    await make(partial, options);
    signal?.throwIfAborted();
    await putInPlace(partial, engineFolder(variant), isForced);
  } finally {
    rmSync(partial, {recursive: true, force: true});
  }
  const engine = readEngine(engineFolder(variant));
  if (!engine) throw new Error(`${engineFolder(variant)} is not there after it was installed`);
  tell(`ready: ${engine.path}`);
  return {engine, isNew: true};
}

/** Fills the folder: fetch, unpack, compile, try. */
async function make(
  engine: string,
  {variant, tell = () => {}, showsProgress = false, signal}: InstallOptions,
): Promise<void> {
  const work = path.join(engine, 'work');
  const [downloads, temporary, cudaDownloads] = ['downloads', 'tmp', 'cuda'].map((name) => path.join(work, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [downloads, temporary, cudaDownloads]) await mkdir(folder, {recursive: true});
  // pip unpacks in TMPDIR, which may be a small disk in memory.
  const tools: ToolOptions = {signal, env: {TMPDIR: temporary}};
  const [pip, compiler] = await Promise.all([findPip(tools), findCompiler(tools)]);

  tell(`fetching the sources of @tensorflow/tfjs-node ${bindingVersion}`);
  const sources = await fetchSources(downloads, tools);
  tell(`downloading ${wheelName(variant)} ${tensorflowVersion} with pip (${variant === 'cuda' ? '600' : '270'} MB)`);
  const shown = {...tools, showsOutput: showsProgress};
  const [wheel] = await downloadWheels(pip, [tensorflowRequirement(variant)], path.join(work, 'wheel'), shown);
  if (!wheel) throw new Error('pip downloaded nothing');
  const cudaWheels = variant === 'cuda' ? await fetchCuda(pip, wheel, cudaDownloads, {tell, tools: shown}) : [];

  tell('unpacking');
  const headers = path.join(work, 'headers');
  await unpack(pip, unpackings(engine, work, headers, sources, wheel, cudaWheels), tools);
  await rm(path.join(work, 'wheel'), {recursive: true});
  await rm(cudaDownloads, {recursive: true});
  await writeJavascript(engine);

  tell(`compiling with ${compiler.version}`);
  await compileEngine(
    compiler,
    {
      engine,
      binding: path.join(work, 'tfjs-node'),
      nodeHeaders: path.join(work, 'node-api/include'),
      tensorflowHeaders: path.join(headers, 'tensorflow/include'),
    },
    tools,
  );
  await rm(work, {recursive: true});

  tell('trying it: three training steps, compared with plain JavaScript');
  const record: Omit<EngineRecord, 'selfTest'> = {
    format: engineFormat,
    engine: 'tensorflow',
    variant,
    version: tensorflowVersion,
    binding: bindingVersion,
    platform: process.platform,
    arch: process.arch,
    nodeApi: nodeApiVersion,
    compiler: compiler.version,
    packages: cudaWheels.map(packageOf),
    installedAt: new Date().toISOString(),
  };
  const tested: EngineRecord = {...record, selfTest: await selfTest(engine, variant)};
  await writeFile(path.join(engine, engineFiles.record), `${JSON.stringify(tested, null, 2)}\n`);
}

async function fetchCuda(
  pip: Pip,
  wheel: string,
  folder: string,
  {tell, tools}: {readonly tell: (message: string) => void; readonly tools: ToolOptions},
): Promise<readonly string[]> {
  const requirements = cudaRequirements(
    await readFromWheel(pip, wheel, '.dist-info/METADATA', {...tools, showsOutput: false}),
  );
  if (requirements.length === 0) throw new ExpError('INSTALL_FAILED', 'TensorFlow’s wheel names no packages of CUDA');
  tell(`downloading ${requirements.length} packages of CUDA and cuDNN with pip (about 2.5 GB)`);
  return downloadWheels(pip, requirements, folder, tools);
}

function unpackings(
  engine: string,
  work: string,
  headers: string,
  sources: Awaited<ReturnType<typeof fetchSources>>,
  wheel: string,
  cudaWheels: readonly string[],
): readonly Unpacking[] {
  const site = path.join(engine, engineFiles.sitePackages);
  const package_ = path.dirname(path.join(engine, engineFiles.javascript));
  const include = 'tensorflow/include/';
  const libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];
  return [
    {archive: sources.headers, to: path.join(work, 'node-api'), prefixes: ['include/']},
    {archive: sources.binding, to: path.join(work, 'tfjs-node'), prefixes: ['binding/']},
    {archive: sources.binding, to: package_, prefixes: ['dist/', 'package.json'], suffixes: ['.js', '.json']},
    {
      archive: wheel,
      to: site,
      prefixes: [...libraries, 'tensorflow/include/LICENSE', 'tensorflow/THIRD_PARTY_NOTICES'],
    },
    {
      archive: wheel,
      to: headers,
      prefixes: ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'].map((name) => include + name),
      suffixes: ['.h'],
    },
    ...cudaWheels.map((archive) => ({archive, to: site, prefixes: ['nvidia/']})),
  ];
}

/** Modules that stand for packages which the binding's JavaScript asks for: exp's own TensorFlow.js, and nothing for saved models. */
async function writeJavascript(engine: string): Promise<void> {
  for (const name of ['tfjs', 'tfjs-core']) {
    const folder = path.join(engine, 'node_modules/@tensorflow', name);
    await mkdir(folder, {recursive: true});
    await writeFile(path.join(folder, 'index.js'), sharedModule);
  }
  await writeFile(path.join(engine, engineFiles.javascript, 'proto/api_pb.js'), 'module.exports = {};\n');
}

/** `nvidia_cudnn_cu12-9.3.0.75-py3-none-manylinux_2_27_x86_64.whl` → `nvidia-cudnn-cu12 9.3.0.75` */
const packageOf = (wheel: string): string => {
  const [name = '', version = ''] = path.basename(wheel).split('-');
  return `${name.replaceAll('_', '-')} ${version}`;
};

/** Renames what was made to where it is looked for. Another installation that was faster wins, unless this one is forced. */
async function putInPlace(made: string, target: string, isForced: boolean): Promise<void> {
  if (isForced || !readEngine(target)) await removeEngine(target);
  try {
    await rename(made, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Removes an engine so that nobody finds a part of it: its folder gets another name first. Processes that loaded it go on with it. */
export async function removeEngine(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const leaving = path.join(
    path.dirname(folder),
    `.partial-${process.pid}-${hostname()}-${path.basename(folder)}-leaving`,
  );
  await rename(folder, leaving);
  await rm(leaving, {recursive: true, force: true});
}

/** Removes what processes of this machine that are gone left half made. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = partialOwner(name);
    if (owner && owner.host === hostname() && !isAlive(owner.pid))
      rmSync(path.join(folder, name), {recursive: true, force: true});
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, {recursive: true});
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ExpError(
      'INSTALL_FAILED',
      `${path.dirname(folder)} cannot be written (${code})`,
      'choose another folder for the cache with EXP_CACHE_DIR',
    );
  }
}
