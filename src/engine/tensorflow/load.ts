import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {ExpError} from '../../support/errors.js';
import {explainNativeFailure} from '../native-failures.js';
import {restoreOldUtil, type TensorflowUse, tensorflowEnvironment, withEnvironment} from './environment.js';
import {installedEngine, readEngine} from './installed.js';
import {engineFiles} from './layout.js';
import type {LoadingHelper} from './loading-helper.js';
import {sharedName} from './shared-module.js';

const require = createRequire(import.meta.url);

/** The TensorFlow that TensorFlow.js now computes with, in this process. */
export interface LoadedTensorflow {
  readonly version: string;
  /** `exp engines`, or the npm package it came from. */
  readonly from: string;
  readonly usesCuda: boolean;
  /** What its libraries printed while they loaded, without what everybody gets. */
  readonly messages: readonly string[];
}

let loaded: {readonly use: TensorflowUse; readonly tensorflow: LoadedTensorflow} | undefined;

/**
 * Loads TensorFlow from the cache of `exp engines install`, or from an npm package, and registers it as the backend `tensorflow`.
 * A process can do this once: for another device than before it throws.
 * @param folder an engine to load instead of the installed one
 * @throws ExpError ENGINE_UNAVAILABLE with what each candidate said and what mends it
 */
export function loadTensorflow(use: TensorflowUse, folder?: string): LoadedTensorflow {
  if (loaded) {
    if (loaded.use.device === use.device && loaded.use.index === use.index) return loaded.tensorflow;
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `TensorFlow was loaded for device ${deviceOf(loaded.use)} in this process, and looks for devices once; now ${deviceOf(use)} is asked for`,
      'train on different devices in different processes',
    );
  }
  const problems: string[] = [];
  const fixes: string[] = [];
  for (const candidate of candidates(use, folder)) {
    const diverted = newDiversion();
    try {
      const version = withEnvironment(tensorflowEnvironment(use), () => candidate.load(diverted));
      const tensorflow = {version, from: candidate.name, usesCuda: usesCuda(), messages: diverted.messages()};
      if (use.device === 'cuda' && !tensorflow.usesCuda) throw noCard(tensorflow.messages);
      loaded = {use, tensorflow};
      return tensorflow;
    } catch (error) {
      if (error instanceof ExpError) throw error;
      const {reason, fix} = reasonOf(error, candidate.name, diverted.messages());
      problems.push(`${candidate.name}: ${reason}`);
      // A broken npm package is better replaced than mended.
      if (fix !== undefined && !candidate.name.startsWith('@')) fixes.push(fix);
    }
  }
  const command = `exp engines install tensorflow${use.device === 'cuda' ? ' --cuda' : ''}`;
  throw new ExpError(
    'ENGINE_UNAVAILABLE',
    `no native TensorFlow${use.device === 'cuda' ? ' for CUDA' : ''} loads\n  ${problems.join('\n  ')}`,
    fixes[0] ?? `${command}; or take engine: compiled`,
  );
}

const deviceOf = ({device, index}: TensorflowUse): string => (index === undefined ? device : `${device}:${index}`);

/** Somewhere TensorFlow may come from. */
interface Candidate {
  readonly name: string;
  /** @returns TensorFlow's version */
  load(diverted: Diversion): string;
}

function candidates({device}: TensorflowUse, folder: string | undefined): readonly Candidate[] {
  if (folder !== undefined) return [fromFolder(readEngine(folder)?.path ?? folder, path.basename(folder))];
  const variants = device === 'cuda' ? (['cuda'] as const) : (['cpu', 'cuda'] as const);
  const engines = variants.map(installedEngine).filter((engine) => engine !== undefined);
  const packages = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'].slice(device === 'cuda' ? 1 : 0);
  const none = engines.length > 0 ? [] : [missingCandidate()];
  return [...engines.map((engine) => fromFolder(engine.path, 'exp engines')), ...none, ...packages.map(fromPackage)];
}

const missingCandidate = (): Candidate => ({
  name: 'exp engines',
  load() {
    throw new Error('is not installed');
  },
});

const fromFolder = (folder: string, name: string): Candidate => ({
  name,
  load(diverted) {
    const inFolder = createRequire(path.join(folder, 'index.js'));
    Reflect.set(globalThis, Symbol.for(sharedName), tf);
    restoreOldUtil();
    addOldMethods();
    const helper: LoadingHelper = inFolder(path.join(folder, engineFiles.helper));
    preload(helper, path.join(folder, engineFiles.nvidia));
    const javascript = path.join(folder, engineFiles.javascript);
    return diverted.during(helper, () => {
      const binding: {readonly TF_Version: string} = inFolder(path.join(folder, engineFiles.binding));
      inFolder(path.join(javascript, 'register_all_kernels.js'));
      const {NodeJSKernelBackend} = inFolder(path.join(javascript, 'nodejs_kernel_backend.js'));
      tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
      return activate(binding.TF_Version);
    });
  },
});

const fromPackage = (name: string): Candidate => ({
  name,
  load() {
    require.resolve(name);
    restoreOldUtil();
    require(name);
    const {binding} = tf.findBackend('tensorflow') as unknown as {readonly binding: {readonly TF_Version: string}};
    return activate(binding.TF_Version);
  },
});

/** Makes it the active backend and computes something with the libraries that are loaded as late as that: cuBLAS and cuDNN. */
function activate(version: string): string {
  tf.setBackend('tensorflow');
  const sum = tf.tidy(() => {
    const image = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
    const filtered = tf.conv2d(image, tf.ones<tf.Rank.R4>([3, 3, 1, 2]), 1, 'valid');
    return tf.sum(tf.matMul(tf.reshape(filtered, [4, 2]), tf.ones([2, 3]))).dataSync()[0];
  });
  // 4 places × 2 filters of nine ones, each times 3 columns of ones.
  if (sum !== 216) throw new Error(`it computes ${sum} where 216 is right`);
  return version;
}

/** Loads what pip's packages of NVIDIA hold, so that TensorFlow finds them by name; each after those it depends on. */
function preload(helper: LoadingHelper, folder: string): void {
  let waiting = filesBelow(folder).filter((file) => /\.so(\.\d+)*$/.test(file));
  for (;;) {
    const failing = waiting.filter((file) => helper.load(file) !== undefined);
    if (failing.length === 0 || failing.length === waiting.length) return;
    waiting = failing;
  }
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, {recursive: true, encoding: 'utf8'}).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** A kernel of tfjs-node calls a method that TensorFlow.js's umbrella package adds to tensors. */
function addOldMethods(): void {
  if ('toFloat' in tf.Tensor.prototype) return;
  Reflect.set(tf.Tensor.prototype, 'toFloat', function toFloat(this: tf.Tensor) {
    return tf.cast(this, 'float32');
  });
}

const usesCuda = (): boolean => Reflect.get(tf.backend(), 'isUsingGpuDevice') === true;

/** What is printed to descriptor 2 while something loads. */
interface Diversion {
  during<Result>(helper: LoadingHelper, run: () => Result): Result;
  messages(): readonly string[];
}

/** Lines that every start prints and that tell nobody anything. */
const commonLines =
  /^\s*$|All log messages before absl::InitializeLog|oneDNN custom operations are on|This TensorFlow binary is optimized|To enable the following instructions/;

function newDiversion(): Diversion {
  let kept = '';
  return {
    during(helper, run) {
      const folder = mkdtempSync(path.join(tmpdir(), 'exp-tensorflow-'));
      const file = path.join(folder, 'stderr');
      const isDiverted = helper.divert(file);
      try {
        return run();
      } finally {
        helper.restore();
        if (isDiverted) kept += readFileSync(file, 'utf8');
        rmSync(folder, {recursive: true, force: true});
      }
    },
    messages: () => kept.split('\n').filter((line) => !commonLines.test(line)),
  };
}

function noCard(messages: readonly string[]): ExpError {
  const known = explainNativeFailure(messages.join('\n'));
  return new ExpError(
    'ENGINE_UNAVAILABLE',
    `TensorFlow loads, but finds no GPU that it can use${known ? `: ${known.reason}` : ''}`,
    known?.fix ?? 'nvidia-smi must list the card; exp doctor says what is missing. Or take device: cpu',
  );
}

function reasonOf(
  error: unknown,
  name: string,
  messages: readonly string[],
): {readonly reason: string; readonly fix?: string} {
  if (!(error instanceof Error)) return {reason: String(error)};
  const isMissing = 'code' in error && error.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${name}'`);
  if (isMissing) return {reason: 'is not installed'};
  const known = explainNativeFailure([error.message, ...messages].join('\n'));
  return known ?? {reason: (error.message.split('\n')[0] ?? error.message).trim()};
}
