import {createRequire} from 'node:module';
import type {InferenceSession, Tensor} from 'onnxruntime-node';
import {ExpError} from '../../support/errors.js';
import {explainFailure} from '../explain-failure.js';

type NativeBinding = typeof import('onnxruntime-node/dist/binding.js');

interface Runtime {
  readonly binding: NativeBinding;
  readonly Tensor: typeof Tensor;
}

let runtime: Runtime | undefined;

/** @throws ExpError ENGINE_UNAVAILABLE when onnxruntime-node's native library does not load here */
export function loadOnnxRuntime(): Runtime {
  if (runtime) return runtime;
  const require = createRequire(import.meta.url);
  // Its native library otherwise reports usage to its makers' servers and leaves a log per process in the temporary folder.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  try {
    const binding: NativeBinding = require('onnxruntime-node/dist/binding.js');
    const {Tensor: tensorClass}: {Tensor: typeof Tensor} = require('onnxruntime-node');
    binding.initOrt();
    runtime = {binding, Tensor: tensorClass};
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

/** What fails is thrown, so ONNX Runtime need not print it as well. */
const quiet = {logSeverityLevel: 4} as const;

/** Arrays by the graph's names: read as inputs, written in place as outputs. */
export type NamedArrays = Readonly<Record<string, {readonly values: Float32Array; readonly shape: readonly number[]}>>;

/**
 * One loaded graph whose inputs and outputs are bound to arrays once. `run()` is synchronous: onnxruntime-node's public `run` is
 * asynchronous in name only (it blocks inside a setImmediate), so the step calls the native session directly and saves a turn
 * of the event loop. Outputs are written into the bound arrays; the copies that the binding returns besides are ignored.
 */
export class BoundGraph {
  readonly #session;
  readonly #feeds: Record<string, Tensor> = {};
  readonly #fetches: Record<string, Tensor> = {};

  constructor(model: Uint8Array, inputs: NamedArrays, outputs: NamedArrays, options: InferenceSession.SessionOptions) {
    const {binding, Tensor: tensorClass} = loadOnnxRuntime();
    this.#session = new binding.binding.InferenceSession();
    this.#session.loadModel(model.buffer as ArrayBuffer, model.byteOffset, model.byteLength, options);
    for (const {name} of this.#session.inputMetadata) {
      const held = inputs[name];
      if (!held) throw new Error(`the graph reads ${name}, which nobody binds`);
      this.#feeds[name] = new tensorClass('float32', held.values, held.shape);
    }
    for (const [name, {values, shape}] of Object.entries(outputs))
      this.#fetches[name] = new tensorClass('float32', values, shape);
  }

  run(): void {
    try {
      this.#session.run(this.#feeds, this.#fetches, quiet);
    } catch (error) {
      throw explainFailure(error);
    }
  }

  dispose(): void {
    this.#session.dispose();
  }
}
