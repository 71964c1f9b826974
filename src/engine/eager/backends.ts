import {createRequire} from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import {ExpError} from '../../support/errors.js';
import {registerComparisonGradients} from '../gradients.js';

/**
 * cpu: plain JavaScript, always there, the oracle. tensorflow: libtensorflow through tfjs-node-gpu or tfjs-node, on whatever
 * device it finds. cuda: the same, but only with a GPU.
 */
export type EagerBackend = 'cpu' | 'tensorflow' | 'cuda';

const require = createRequire(import.meta.url);
const gpuPackage = '@tensorflow/tfjs-node-gpu';
const nativePackages = {tensorflow: [gpuPackage, '@tensorflow/tfjs-node'], cuda: [gpuPackage]} as const;

/**
 * Loads a TensorFlow.js backend and makes it the active one; models built from now on live there.
 * @returns the device as people read it
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function loadEagerBackend(name: EagerBackend): Promise<{readonly device: string}> {
  await import('@tensorflow/tfjs-layers'); // registers the gradients of all kernels
  registerComparisonGradients();
  tf.env().set('PROD', true); // no greeting on the console
  if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
  } else {
    loadNative(nativePackages[name]);
  }
  await tf.setBackend(name === 'cpu' ? 'cpu' : 'tensorflow');
  await tf.ready();
  if (name === 'cuda' && !usesGpu()) {
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      `${gpuPackage} loads, but its TensorFlow finds no GPU it can use`,
      'it needs an NVIDIA GPU with CUDA 11.2 and cuDNN 8.1 on the library path (LD_LIBRARY_PATH); `nvidia-smi` must list the GPU. Or take device: cpu',
    );
  }
  return {device: eagerDevice()};
}

/** Where the active backend computes, as people read it. */
export function eagerDevice(): string {
  const name = tf.getBackend();
  if (name === 'tensorflow') return usesGpu() ? 'cuda (TensorFlow)' : 'cpu (TensorFlow)';
  return name === 'cpu' ? 'cpu (JavaScript)' : name;
}

const usesGpu = (): boolean =>
  tf.getBackend() === 'tensorflow' &&
  'isUsingGpuDevice' in tf.backend() &&
  Reflect.get(tf.backend(), 'isUsingGpuDevice') === true;

/** Loads the first package of the list that loads. */
function loadNative(packages: readonly string[]): void {
  restoreOldUtil();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  const problems: string[] = [];
  for (const name of packages) {
    try {
      require(name);
      return;
    } catch (error) {
      problems.push(`${name}: ${reasonOf(error, name)}`);
    }
  }
  throw new ExpError(
    'ENGINE_UNAVAILABLE',
    `no native TensorFlow loads\n  ${problems.join('\n  ')}`,
    `\`npm install ${packages[0]}\` fetches it from the internet; \`npm rebuild ${packages[0]} --build-addon-from-source\` compiles its addon where that is missing. Or take engine: compiled`,
  );
}

/** TensorFlow.js 4.22 calls two functions that Node 23 removed from `util`. */
function restoreOldUtil(): void {
  const util: {isNullOrUndefined?: unknown; isArray?: unknown} = require('node:util');
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function reasonOf(error: unknown, packageName: string): string {
  if (!(error instanceof Error)) return String(error);
  const isMissing = 'code' in error && error.code === 'MODULE_NOT_FOUND' && error.message.includes(`'${packageName}'`);
  return isMissing ? 'is not installed' : (error.message.split('\n')[0] ?? error.message).trim();
}
