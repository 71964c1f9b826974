import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {ExpError} from '../../../support/errors.js';
import {apiVersion, functions, type OrtFunctions, type Pointer} from './c-interface.js';

/** ONNX Runtime in this process. */
export interface OnnxRuntime extends OrtFunctions {
  /** Held, because koffi unloads a library that is garbage-collected, and its functions would then jump into nothing. */
  readonly library: object;
  /** ONNX Runtime's own state, one for the process; never released. */
  readonly environment: Pointer;
  /** Where a tensor's numbers lie: ordinary memory. */
  readonly memoryInfo: Pointer;
}

let runtime: OnnxRuntime | undefined;

/**
 * Loads the library that onnxruntime-node brings, once per process. We call its C interface rather than onnxruntime-node's: that one
 * marshals every tensor anew at each run and hands back copies of all outputs, 12.8 MB a step for the lesson's gradients.
 * @throws ExpError ENGINE_UNAVAILABLE when the library, or what calls it, does not load here
 */
export function loadOnnxRuntime(): OnnxRuntime {
  if (runtime) return runtime;
  const require = createRequire(import.meta.url);
  // Its native library otherwise reports usage to its makers' servers and leaves a log per process in the temporary folder.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  try {
    const koffi: typeof import('koffi') = require('koffi');
    const library = koffi.load(libraryFile());
    const base: Pointer = library.func('OrtGetApiBase', 'void *', [])();
    const getApi = koffi.decode(koffi.decode(base, 'void *'), koffi.proto('void *', ['uint32_t']));
    const api: Pointer | null = getApi(apiVersion);
    if (api === null) throw new Error(`the library does not know version ${apiVersion} of its interface`);
    const ort = functions(koffi, api);
    runtime = {
      ...ort,
      library,
      environment: ort.createEnvironment(),
      memoryInfo: ort.createMemoryInfo(),
    };
    return runtime;
  } catch (error) {
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `onnxruntime-node does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      'run exp doctor; --engine eager works without it',
      {cause: error},
    );
  }
}

/** Where onnxruntime-node keeps this platform's libraries. */
const libraryFolder = (): string =>
  path.join(
    path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    ...['bin', 'napi-v6', process.platform, process.arch],
  );

/** Whether the part of onnxruntime-node is installed that runs graphs on NVIDIA cards. */
export function hasCudaProvider(): boolean {
  try {
    return readdirSync(libraryFolder()).some((file) => /onnxruntime_providers_cuda\.(so|dll)$/.test(file));
  } catch {
    return false;
  }
}

/** The library for this platform; its name carries a version that differs by platform. */
function libraryFile(): string {
  const folder = libraryFolder();
  const name = readdirSync(folder).find((file) =>
    /^(libonnxruntime\.(so\.\d+|[\d.]*dylib)|onnxruntime\.dll)$/.test(file),
  );
  if (name === undefined) throw new Error(`${folder} holds no library`);
  return path.join(folder, name);
}
