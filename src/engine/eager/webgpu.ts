import * as tf from '@tensorflow/tfjs-core';
import {ExpError} from '../../support/errors.js';
import {describeCard, nvidiaCards} from '../nvidia.js';
import {installWebgpu, interfaceName, type WebgpuAdapter} from '../webgpu/adapters.js';
import {type OpenDevice, openDevice} from '../webgpu/open-device.js';
import {mendProgram, mendWebgpuKernels} from './webgpu-kernels.js';
import {mendSines} from './webgpu-sine.js';

/** The device that TensorFlow.js's backend `webgpu` computes on: one in a process at a time. */
let current: OpenDevice | undefined;
let isMended = false;

/**
 * Opens an adapter and makes TensorFlow.js compute on it; one that is open already stays so, with the programs that were compiled for it.
 * @param index in Dawn's list; the first that is no software when left out, else the first
 * @returns the device as people read it, and whether it is no GPU
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function activateWebgpu(
  index: number | undefined,
): Promise<{readonly description: string; readonly isSoftware: boolean}> {
  if (!current || (index !== undefined && current.adapter.index !== index)) {
    const opened = await openDevice(index);
    closeWebgpu();
    await register(opened);
    current = opened;
  }
  await tf.setBackend('webgpu');
  const {adapter, version} = current;
  return {description: describeWebgpu(adapter, version), isSoftware: adapter.isSoftware};
}

/** Gives the device and its memory back. Tensors that live there are lost; a process that ends need not call it. */
export function closeWebgpu(): void {
  if (!current) return;
  const {device} = current;
  current = undefined;
  tf.removeBackend('webgpu');
  device.destroy();
}

/** `webgpu:0 (Dawn 0.6.2, NVIDIA H200, 151 GB, Vulkan)`; for other makers' cards, whose memory Dawn does not tell, the largest buffer. */
export function describeWebgpu(adapter: WebgpuAdapter, version: string): string {
  const {index, name, isSoftware, maxBufferBytes} = adapter;
  const card = adapter.vendor === 'nvidia' ? nvidiaCards().find((card) => name.includes(card.name)) : undefined;
  const memory = `buffers up to ${(maxBufferBytes / 1e9).toPrecision(2)} GB`;
  const facts = [`Dawn ${version}`, card ? describeCard(card) : name, ...(card ? [] : [memory]), interfaceName];
  return `webgpu:${index} (${[...facts, ...(isSoftware ? ['software'] : [])].join(', ')})`;
}

async function register({gpu, device, info}: OpenDevice): Promise<void> {
  const {WebGPUBackend} = await loadBackend();
  if (!isMended) {
    mendWebgpuKernels();
    mendSines();
  }
  isMended = true;
  const compile = device.createShaderModule.bind(device);
  device.createShaderModule = (program) => compile({...program, code: mendProgram(program.code)});
  const failure = watch(device);
  const backend = withGpu(gpu, () => new WebGPUBackend(device as never, info as never));
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId).catch((error: unknown) => {
      throw failure() ?? error;
    });
    const failed = failure();
    if (failed) throw failed;
    return values;
  };
  tf.registerBackend('webgpu', () => backend);
}

const loadBackend = () =>
  import('@tensorflow/tfjs-backend-webgpu').catch((error: unknown) => {
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      'the package @tensorflow/tfjs-backend-webgpu is not installed or does not load; it is optional',
      installWebgpu,
      {cause: error},
    );
  });

/** The backend's constructor insists on `navigator.gpu`. It is there for as long as that takes: it would keep Node.js from ending. */
function withGpu<Result>(gpu: object, run: () => Result): Result {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', {value: {gpu}, configurable: true});
  try {
    return run();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

/** A device does not throw: what it refuses counts as zeros. The first thing that it refused, or its end, is every later reading's error. */
function watch(device: OpenDevice['device']): () => ExpError | undefined {
  let failed: ExpError | undefined;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    failed ??= refused(event.error.message);
  });
  void device.lost.then(({reason, message}) => {
    if (reason === 'destroyed') return;
    failed ??= new ExpError(
      'ENGINE_UNAVAILABLE',
      `the GPU was lost while it computed: ${message}`,
      'the driver reset it, or it was unplugged or ran out of memory; exp resume goes on from the last checkpoint',
    );
  });
  return () => failed;
}

/** @param message of Dawn; its first line says what, the others where */
function refused(message: string): ExpError {
  const [what = message] = message.split('\n');
  const isSize = /exceeds the max|out of memory|larger than|OUT_OF.*MEMORY/i.test(what);
  return new ExpError(
    'ENGINE_UNAVAILABLE',
    `the GPU refused a command: ${what.trim()}`,
    isSize
      ? 'take a smaller training.batchSize or a smaller network, or --device cpu'
      : 'this is an error of exp or of the driver: take --device cpu, and report it with the output of exp doctor --json',
  );
}
