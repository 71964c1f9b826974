import {ExpError} from '../support/errors.js';
import type {TrainingSession} from '../training/session.js';
import type {EagerBackend} from './eager/backends.js';
import type {SessionOptions} from './options.js';

/** What a spec's `engine` may say. */
export type EngineName = 'auto' | 'compiled' | 'eager';
/** What a spec's `device` may say. */
export type DeviceName = 'auto' | 'cpu' | 'cuda' | 'webgpu';

/** What `engine` and `device` come to on this machine. The TensorFlow.js backend that models are built on is active by then. */
export interface EngineChoice {
  readonly engine: 'compiled' | 'eager';
  /** `engine: auto` chose compiled: what it cannot run, eager may. */
  readonly mayFallBack: boolean;
}

/**
 * Chooses engine and device and loads the TensorFlow.js backend that the model has to be built on. `auto` takes what fits this
 * machine; a name takes that or fails, it is never exchanged silently.
 * @throws ExpError ENGINE_UNAVAILABLE with the reason and what mends it
 */
export async function chooseEngine(engine: EngineName, device: DeviceName): Promise<EngineChoice> {
  const {loadEagerBackend} = await import('./eager/backends.js');
  if (device === 'webgpu') {
    throw new ExpError(
      'ENGINE_UNAVAILABLE',
      'device webgpu is not in this version: no engine trains on it yet',
      'take device: cpu, or device: cuda with @tensorflow/tfjs-node-gpu; exp doctor tells what works here',
    );
  }
  if (device === 'cuda') {
    if (engine === 'compiled') {
      throw new ExpError(
        'ENGINE_UNAVAILABLE',
        'the compiled engine of this version trains on the CPU only; device cuda needs the eager engine',
        'take --engine eager with --device cuda, or --device cpu',
      );
    }
    await loadEagerBackend('cuda');
    return {engine: 'eager', mayFallBack: false};
  }
  if (engine !== 'eager') {
    await loadEagerBackend('cpu');
    return {engine: 'compiled', mayFallBack: engine === 'auto'};
  }
  await loadFirst(device === 'auto' ? ['cuda', 'tensorflow', 'cpu'] : ['cpu']);
  return {engine: 'eager', mayFallBack: false};
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
      warn(`${error.message}; ${use} goes on with the eager engine, which is much slower`);
    }
  }
  const {createEagerSession} = await import('./eager/session.js');
  return createEagerSession(options);
}

/** Activates the first backend that loads; the last one's failure is the caller's. */
async function loadFirst(backends: readonly EagerBackend[]): Promise<void> {
  const {loadEagerBackend} = await import('./eager/backends.js');
  for (const [index, backend] of backends.entries()) {
    try {
      await loadEagerBackend(backend);
      return;
    } catch (error) {
      const isLast = index === backends.length - 1;
      if (isLast || !(error instanceof ExpError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
    }
  }
}
