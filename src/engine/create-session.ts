import {ExpError} from '../support/errors.js';
import type {TrainingSession} from '../training/session.js';
import {type DeviceName, parseDevice} from './device.js';
import type {BackendOptions, EagerBackend} from './eager/backends.js';
import type {SessionOptions} from './options.js';

/** What a spec's `engine` may say. */
export type EngineName = 'auto' | 'compiled' | 'eager';

/** What `engine` and `device` come to on this machine. The TensorFlow.js backend that models are built on is active by then. */
export interface EngineChoice {
  readonly engine: 'compiled' | 'eager';
  /** `engine: auto` chose compiled: what it cannot run, eager may. */
  readonly mayFallBack: boolean;
  /** What native libraries said while they loaded, for the run's log. */
  readonly messages?: readonly string[];
}

/**
 * Chooses engine and device and loads the TensorFlow.js backend that the model has to be built on. `auto` takes what fits this
 * machine; a name takes that or fails, it is never exchanged silently.
 * @param warn is told why a card that is there, with an engine for it, is not used all the same
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function chooseEngine(
  engine: EngineName,
  device: DeviceName,
  warn: (message: string) => void = () => {},
): Promise<EngineChoice> {
  const chosen = parseDevice(device);
  if (chosen.kind === 'webgpu') throw noWebgpu(device);
  if (chosen.kind === 'cuda') {
    if (engine === 'compiled') throw compiledIsOnCpu(device);
    return eagerOn(['cuda'], {index: chosen.index});
  }
  const onCard = chosen.kind === 'auto' && engine !== 'compiled' && (await tryCard(warn));
  if (onCard) return onCard;
  if (engine === 'eager') return eagerOn(['tensorflow', 'cpu']);
  const {loadEagerBackend} = await import('./eager/backends.js');
  await loadEagerBackend('cpu');
  return {engine: 'compiled', mayFallBack: engine === 'auto'};
}

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
      const session = await createCompiledSession(options);
      if (use === 'training') session.prepare(batchSize);
      else session.prepareEvaluation(batchSize);
      return session;
    } catch (error) {
      const isFallible =
        error instanceof ExpError && (error.code === 'KERNEL_UNSUPPORTED' || error.code === 'ENGINE_UNAVAILABLE');
      if (!isFallible || !choice.mayFallBack) throw error;
      const backend = await loadFirst(['tensorflow', 'cpu']);
      const much = backend.device.includes('JavaScript') ? ', which is much slower' : ` on ${backend.device}`;
      warn(`${error.message}; ${use} goes on with the eager engine${much}`);
    }
  }
  const {createEagerSession} = await import('./eager/session.js');
  return createEagerSession(options);
}

/** CUDA, where a driver is loaded and an engine for it is installed: whoever installed that wants it used. */
async function tryCard(warn: (message: string) => void): Promise<EngineChoice | undefined> {
  const [{hasNvidiaDriver}, {installedEngine}] = await Promise.all([
    import('./nvidia.js'),
    import('./tensorflow/installed.js'),
  ]);
  if (!hasNvidiaDriver() || !installedEngine('cuda')) return undefined;
  try {
    return await eagerOn(['cuda']);
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    warn(`${error.message}; training goes on with the CPU${error.hint ? ` (${error.hint})` : ''}`);
    return undefined;
  }
}

async function eagerOn(backends: readonly EagerBackend[], options: BackendOptions = {}): Promise<EngineChoice> {
  const {messages} = await loadFirst(backends, options);
  return {engine: 'eager', mayFallBack: false, ...(messages.length > 0 ? {messages} : {})};
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

const noWebgpu = (device: DeviceName): ExpError =>
  new ExpError(
    'ENGINE_UNAVAILABLE',
    `device ${device} is not in this version: no engine trains on it yet`,
    'take device: cpu, or device: cuda with exp engines install tensorflow --cuda; exp doctor tells what works here',
  );

const compiledIsOnCpu = (device: DeviceName): ExpError =>
  new ExpError(
    'ENGINE_UNAVAILABLE',
    `the compiled engine of this version trains on the CPU only; device ${device} needs the eager engine`,
    'take --engine eager with --device cuda, or --device cpu',
  );
