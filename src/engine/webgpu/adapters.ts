import {execFile} from 'node:child_process';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {packageVersion} from '../../support/versions.js';
import {explainNativeFailure, type NativeFailure} from '../native-failures.js';
import {explainNoAdapter} from './explain.js';

/** A GPU, or software that acts as one, as Dawn lists it. */
export interface WebgpuAdapter {
  /** `webgpu:1` means index 1: its place in Dawn's list. */
  readonly index: number;
  /** As its driver calls it. */
  readonly name: string;
  /** `nvidia`, `amd`, `intel`, `apple`, `google`, …; may be empty. */
  readonly vendor: string;
  /** Computes on the CPU: SwiftShader, lavapipe, WARP. */
  readonly isSoftware: boolean;
  /** Largest tensor that it takes. */
  readonly maxBufferBytes: number;
  /** Its name is part of the name of an adapter before it. Dawn's binding takes adapters by their names, so that this one cannot be had. */
  readonly isHidden: boolean;
}

/** What WebGPU finds here. */
export type AdapterSurvey =
  | {readonly works: true; readonly version: string; readonly adapters: readonly WebgpuAdapter[]}
  | ({readonly works: false} & NativeFailure);

/** The interface to GPUs that Dawn is asked for: on each system the one that is made for it. */
export const graphicsInterface = {darwin: 'metal', win32: 'd3d12'}[process.platform as string] ?? 'vulkan';

/** Names of `graphicsInterface` for people. */
export const interfaceName = {metal: 'Metal', d3d12: 'Direct3D 12', vulkan: 'Vulkan'}[graphicsInterface] ?? '';

const require = createRequire(import.meta.url);
const execute = promisify(execFile);
const timeoutMillis = 60_000;

/** The file that holds Dawn's binding, without loading it; undefined when the package is not installed. */
export function dawnEntry(): string | undefined {
  try {
    return require.resolve('webgpu');
  } catch {
    return undefined;
  }
}

/** No adapter is called so: asked for it, Dawn's binding answers with the list of those that there are. */
const nobody = 'which adapters are there?';

/** Prints the adapters as one JSON line. Arguments: Dawn's entry file, the interface, `nobody`. */
const script = `
  const [, entry, backend, nobody] = process.argv;
  const {create} = await import(entry);
  const request = (name) => create(['backend=' + backend, 'adapter=' + name]).requestAdapter({powerPreference: 'high-performance'});
  const list = await request(nobody).then(() => '', (error) => String(error.message ?? error));
  const names = [...list.matchAll(/backend: '([^']*)', name: '(.*)'$/gm)].filter(([, from]) => from === backend).map(([, , name]) => name);
  const adapters = [];
  for (const [index, name] of names.entries()) {
    const adapter = await request(name).catch(() => null);
    if (!adapter) continue;
    const {info, limits} = adapter;
    adapters.push({
      index,
      name,
      vendor: info.vendor,
      isSoftware: info.isFallbackAdapter === true,
      maxBufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      isHidden: names.findIndex((other) => other.includes(name)) < index,
    });
  }
  process.stdout.write('\\n@' + JSON.stringify(adapters));`;

let last: {readonly drivers: string; readonly survey: AdapterSurvey} | undefined;

/**
 * Lists the adapters of this machine, in a process of its own: drivers may abort or print, and what they print says why there are none.
 * Takes a tenth of a second; a second call answers at once.
 */
export async function surveyAdapters(): Promise<AdapterSurvey> {
  const drivers = `${process.env.VK_ICD_FILENAMES}:${process.env.VK_DRIVER_FILES}`;
  if (last?.drivers !== drivers) last = {drivers, survey: await survey()};
  return last.survey;
}

async function survey(): Promise<AdapterSurvey> {
  const entry = dawnEntry();
  if (entry === undefined) return {works: false, ...notInstalled};
  const version = packageVersion('webgpu') ?? 'unknown';
  try {
    const {stdout, stderr} = await execute(
      process.execPath,
      ['--input-type=module', '-e', script, pathToFileURL(entry).href, graphicsInterface, nobody],
      {timeout: timeoutMillis, env: {...process.env, NODE_OPTIONS: ''}},
    );
    const adapters: readonly WebgpuAdapter[] = JSON.parse(stdout.slice(stdout.lastIndexOf('\n@') + 2));
    return adapters.length > 0 ? {works: true, version, adapters} : {works: false, ...explainNoAdapter(stderr)};
  } catch (error) {
    return {works: false, ...failureOf(error)};
  }
}

/** Both packages in the versions that were tried. */
export const installWebgpu = 'npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0';

const notInstalled: NativeFailure = {
  reason: 'the package webgpu, which holds Dawn, is not installed; it is optional',
  fix: installWebgpu,
};

function failureOf(error: unknown): NativeFailure {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const signal = error instanceof Error && 'signal' in error && error.signal ? String(error.signal) : undefined;
  const known = explainNativeFailure(said);
  if (known) return known;
  const line = /^(?:\w*Error(?: \[\w+\])?: )(.*)$/m.exec(said)?.[1];
  const reason = line ?? (error instanceof Error ? error.message.split('\n')[0]! : String(error));
  return {
    reason: signal ? `listing the adapters ended with ${signal}` : `Dawn does not load: ${reason.trim()}`,
    fix: signal
      ? 'update the card’s driver; vulkaninfo --summary shows whether it works without exp'
      : 'it has binaries for Linux with glibc, macOS and Windows, on x64 and arm64; npm rebuild webgpu if its files are damaged',
  };
}
