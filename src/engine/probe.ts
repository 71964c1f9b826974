import {execFile} from 'node:child_process';
import {createRequire} from 'node:module';
import {promisify} from 'node:util';
import {packageVersion} from '../support/versions.js';
import {explainNativeFailure} from './native-failures.js';

/** Whether a package with native code works here. */
export type Probe =
  | {readonly name: string; readonly status: 'loads'; readonly version: string; readonly facts: readonly string[]}
  | {readonly name: string; readonly status: 'missing'}
  | {
      readonly name: string;
      readonly status: 'fails';
      readonly version: string;
      readonly reason: string;
      /** What mends it, where that is known. */
      readonly fix?: string;
    };

const execute = promisify(execFile);
const require = createRequire(import.meta.url);
const timeoutMillis = 60_000;

/** Node 23 dropped two functions of `util` that these packages call. */
const tfjsNode = `
    const util = require('node:util');
    util.isNullOrUndefined = (value) => value == null;
    util.isArray = Array.isArray;
    const tf = require(process.argv[1]);
    print([tf.backend().isUsingGpuDevice ? 'uses the GPU' : 'sees no GPU']);`;

/** Prints what the package can do as one JSON line; the first argument is the package's entry file. */
const scripts = {
  /** `cpu` and what else its native library holds; `cuda` when the package's separate download is there. */
  'onnxruntime-node': `
    const runtime = require(process.argv[1]);
    const names = runtime.listSupportedBackends().filter((backend) => backend.bundled).map((backend) => backend.name);
    const folder = require('node:path').join(process.argv[1], '../../bin/napi-v6', process.platform, process.arch);
    const hasCuda = require('node:fs').existsSync(folder + '/libonnxruntime_providers_cuda.so');
    print(hasCuda ? [...names, 'cuda'] : names);`,
  '@tensorflow/tfjs-backend-cpu': `
    require(process.argv[1]);
    print(['cpu']);`,
  '@tensorflow/tfjs-node': tfjsNode,
  '@tensorflow/tfjs-node-gpu': tfjsNode,
  /** The formats that it decodes, of those that exp reads. */
  sharp: `
    const {format} = require(process.argv[1]);
    print(['png', 'jpeg', 'webp'].filter((name) => format[name]?.input.file));`,
} as const;

export type ProbedPackage = keyof typeof scripts;

/**
 * Loads a package in a process of its own, so that a native library that aborts, prints or hangs does no harm here.
 * `reason` is the first line of what it said. @param from what to load instead of the package found from here, a path.
 */
export async function probePackage(name: ProbedPackage, from: string = name): Promise<Probe> {
  let entry: string;
  try {
    entry = require.resolve(from);
  } catch {
    return {name, status: 'missing'};
  }
  const version = packageVersion(name) ?? 'unknown';
  const print = "const print = (facts) => process.stdout.write('\\n@' + JSON.stringify(facts));";
  try {
    const {stdout} = await execute(process.execPath, ['-e', print + scripts[name], entry], {
      timeout: timeoutMillis,
      env: {ORT_DISABLE_TELEMETRY: '1', ...process.env, TF_CPP_MIN_LOG_LEVEL: '3'},
    });
    return {name, status: 'loads', version, facts: JSON.parse(stdout.slice(stdout.lastIndexOf('\n@') + 2))};
  } catch (error) {
    return {name, status: 'fails', version, ...failureOf(error)};
  }
}

function failureOf(error: unknown): {readonly reason: string; readonly fix?: string} {
  if (!(error instanceof Error)) return {reason: String(error)};
  const said = 'stderr' in error ? String(error.stderr) : '';
  const ended = 'signal' in error && typeof error.signal === 'string' ? `its process ended with ${error.signal}` : '';
  const known = explainNativeFailure(`${said}\n${ended}`);
  if (known) return known;
  if (ended !== '') return {reason: ended};
  if (said === '' && 'code' in error) return {reason: `its process ended with exit code ${String(error.code)}`};
  const line = /^(?:\w*Error(?: \[\w+\])?: )(.*)$/m.exec(said)?.[1];
  return {reason: (line ?? error.message.split('\n')[0] ?? error.message).trim()};
}
