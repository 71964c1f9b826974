import {ExpError} from '../support/errors.js';
import type {TrainingSession} from '../training/session.js';
import {type DeviceName, type Provider, parseDevice} from './device.js';
import type {BackendOptions, EagerBackend} from './eager/backends.js';
import type {SessionOptions} from './options.js';

/** What a spec's `engine` may say. */
export type EngineName = 'auto' | 'compiled' | 'eager';

/** What `engine` and `device` come to on this machine. The TensorFlow.js backend that models are built on is active by then. */
export interface EngineChoice {
  readonly engine: 'compiled' | 'eager';
  readonly provider: Provider;
  /** Which of the provider's devices; the first when left out. */
  readonly deviceIndex?: number;
  /** `engine: auto` chose compiled: what it cannot run, eager may. */
  readonly mayFallBack: boolean;
  /** What native libraries said while they loaded, for the run's log. */
  readonly messages?: readonly string[];
}

/**
 * Chooses engine and device and loads the TensorFlow.js backend that the model has to be built on. `auto` takes what fits this
 * machine; a name takes that or fails, it is never exchanged silently.
 * @param warn is told why a card that is there is not used all the same, and that a device is software
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function chooseEngine(
  engine: EngineName,
  device: DeviceName,
  warn: (message: string) => void = () => {},
): Promise<EngineChoice> {
  const {kind, index} = parseDevice(device);
  if (kind !== 'auto') return choose(engine, kind, index, warn);
  for (const provider of ['cuda', 'webgpu'] as const) {
    const isThere = provider === 'cuda' ? await hasCard(engine) : await hasHardwareAdapter();
    if (!isThere) continue;
    try {
      return await choose(engine, provider, undefined, warn);
    } catch (error) {
      if (!(error instanceof ExpError)) throw error;
      warn(`${error.message}; training goes on with the CPU${error.hint ? ` (${error.hint})` : ''}`);
    }
  }
  return choose(engine, 'cpu', undefined, warn);
}

async function choose(
  engine: EngineName,
  provider: Provider,
  index: number | undefined,
  warn: (message: string) => void,
): Promise<EngineChoice> {
  const place = {provider, ...(index === undefined ? {} : {deviceIndex: index})};
  if (engine === 'compiled' || (engine === 'auto' && (await prefersCompiled(provider, index)))) {
    if (provider !== 'cpu') {
      const {openDevice} = await import('./compiled/gpu/open-device.js');
      const {name, isSoftware} = await openDevice(provider, index);
      if (isSoftware) warn(softwareActs(name));
    }
    const {loadEagerBackend} = await import('./eager/backends.js');
    await loadEagerBackend('cpu');
    return {engine: 'compiled', ...place, mayFallBack: engine === 'auto'};
  }
  const {device: loaded, messages, isSoftware} = await loadFirst(backendsOf[provider], {index});
  if (isSoftware) warn(softwareActs(loaded));
  return {engine: 'eager', ...place, mayFallBack: false, ...(messages.length > 0 ? {messages} : {})};
}

const softwareActs = (device: string): string =>
  `${device} is no GPU but software that acts as one: slower than --device cpu`;

/** Whether `engine: auto` compiles there: not where TensorFlow was installed for CUDA, and not where ONNX Runtime cannot open the device. */
async function prefersCompiled(provider: Provider, index: number | undefined): Promise<boolean> {
  if (provider === 'cpu') return true;
  const [{installedEngine}, {openDevice}] = await Promise.all([
    import('./tensorflow/installed.js'),
    import('./compiled/gpu/open-device.js'),
  ]);
  if (provider === 'cuda' && installedEngine('cuda')) return false;
  try {
    await openDevice(provider, index);
    return true;
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    return false;
  }
}

/** What the eager engine computes with there, the best first. */
const backendsOf: Readonly<Record<Provider, readonly EagerBackend[]>> = {
  cpu: ['tensorflow', 'cpu'],
  webgpu: ['webgpu'],
  cuda: ['cuda'],
};

/**
 * Makes the session of a choice, the training step compiled where the engine compiles.
 * @param batchSize of the training steps
 * @param warn is told, in a sentence for people, when `engine: auto` falls back to eager
 * @param use evaluation: only that is compiled, for batches of that size
 * @throws ExpError ENGINE_UNAVAILABLE or KERNEL_UNSUPPORTED when an engine asked for by name cannot run this model here
 */
export async function createSession(
  choice: EngineChoice,
  options: SessionOptions,
  batchSize: number,
  warn: (message: string) => void,
  use: 'training' | 'evaluation' = 'training',
): Promise<TrainingSession> {
  if (choice.engine === 'compiled') {
    try {
      const {createCompiledSession} = await import('./compiled/session.js');
      const {provider, deviceIndex} = choice;
      const session = await createCompiledSession(options, {provider, deviceIndex});
      if (use === 'training') session.prepare(batchSize);
      else session.prepareEvaluation(batchSize);
      return session;
    } catch (error) {
      const isFallible =
        error instanceof ExpError && (error.code === 'KERNEL_UNSUPPORTED' || error.code === 'ENGINE_UNAVAILABLE');
      if (!isFallible || !choice.mayFallBack) throw error;
      const backend = await loadFirst(backendsOf[choice.provider], {index: choice.deviceIndex});
      const much = backend.device.includes('JavaScript') ? ', which is much slower' : ` on ${backend.device}`;
      warn(`${error.message}; ${use} goes on with the eager engine${much}`);
    }
  }
  const {createEagerSession} = await import('./eager/session.js');
  return createEagerSession(options);
}

/** CUDA, where a driver is loaded and an engine for it is installed: whoever installed that wants it used. */
async function hasCard(engine: EngineName): Promise<boolean> {
  const [{hasNvidiaDriver}, {installedEngine}, {hasCudaProvider}] = await Promise.all([
    import('./nvidia.js'),
    import('./tensorflow/installed.js'),
    import('./compiled/runtime/onnxruntime.js'),
  ]);
  if (!hasNvidiaDriver()) return false;
  return (engine !== 'compiled' && installedEngine('cuda') !== undefined) || (engine !== 'eager' && hasCudaProvider());
}

/** A GPU that WebGPU can use: `auto` never takes software. A machine without a graphics card is not kept waiting. */
async function hasHardwareAdapter(): Promise<boolean> {
  const [{mayHaveGpu}, {surveyAdapters}] = await Promise.all([
    import('./webgpu/explain.js'),
    import('./webgpu/adapters.js'),
  ]);
  if (!mayHaveGpu()) return false;
  const survey = await surveyAdapters();
  return survey.works && survey.adapters.some(({isSoftware}) => !isSoftware);
}

/** Activates the first backend that loads; the last one's failure is the caller's. */
async function loadFirst(backends: readonly EagerBackend[], options: BackendOptions = {}) {
  const {loadEagerBackend} = await import('./eager/backends.js');
  const [last, ...before] = [...backends].reverse();
  for (const backend of before.reverse()) {
    try {
      return await loadEagerBackend(backend, options);
    } catch (error) {
      if (!(error instanceof ExpError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
    }
  }
  return loadEagerBackend(last!, options);
}
