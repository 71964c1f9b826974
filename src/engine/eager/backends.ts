import * as tf from '@tensorflow/tfjs-core';
import {registerComparisonGradients} from '../gradients.js';
import {describeCard} from '../nvidia.js';
import {visibleCards} from '../pinning.js';
import {addHostKernels} from './host-kernels.js';

/** cpu: plain JavaScript, always there, the oracle. tensorflow: libtensorflow on the CPU. cuda: libtensorflow on an NVIDIA card. webgpu: Dawn. */
export type EagerBackend = 'cpu' | 'tensorflow' | 'cuda' | 'webgpu';

export interface BackendOptions {
  /** Which card, among those that are visible. */
  readonly index?: number | undefined;
  /** TensorFlow's engine to load instead of the installed one. */
  readonly folder?: string | undefined;
}

/** The backend that is active. */
export interface LoadedBackend {
  /** Device, library and version as people read them. */
  readonly device: string;
  /** What native libraries said while they loaded, for the run's log. */
  readonly messages: readonly string[];
  /** A GPU that is none. */
  readonly isSoftware: boolean;
}

let nativeDevice = '';
let webgpuDevice = '';

/**
 * Loads a TensorFlow.js backend and makes it the active one; models built from now on live there.
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function loadEagerBackend(name: EagerBackend, options: BackendOptions = {}): Promise<LoadedBackend> {
  await import('@tensorflow/tfjs-layers'); // registers the gradients of all kernels
  registerComparisonGradients();
  tf.env().set('PROD', true); // no greeting on the console
  await import('@tensorflow/tfjs-backend-cpu');
  let messages: readonly string[] = [];
  let isSoftware = false;
  if (name === 'cpu') {
    await tf.setBackend('cpu');
  } else if (name === 'webgpu') {
    const {activateWebgpu} = await import('./webgpu.js');
    ({description: webgpuDevice, isSoftware} = await activateWebgpu(options.index));
  } else {
    const {loadTensorflow} = await import('../tensorflow/load.js');
    const device = name === 'cuda' ? 'cuda' : 'cpu';
    const tensorflow = loadTensorflow({device, index: options.index}, options.folder);
    addHostKernels('tensorflow');
    await tf.setBackend('tensorflow');
    nativeDevice = describeNative(device, options.index, tensorflow.version);
    messages = tensorflow.messages;
  }
  await tf.ready();
  return {device: eagerDevice(), messages, isSoftware};
}

function describeNative(device: 'cpu' | 'cuda', index: number | undefined, version: string): string {
  if (device === 'cpu') return `cpu (TensorFlow ${version})`;
  const card = visibleCards()[index ?? 0];
  return `cuda:${index ?? 0} (TensorFlow ${version}${card ? `, ${describeCard(card)}` : ''})`;
}

/** Where the active backend computes, as people read it. */
export function eagerDevice(): string {
  const name = tf.getBackend();
  if (name === 'tensorflow') return nativeDevice;
  if (name === 'webgpu') return webgpuDevice;
  return name === 'cpu' ? 'cpu (JavaScript)' : name;
}
