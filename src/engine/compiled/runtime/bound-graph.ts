import {explainFailure} from '../../explain-failure.js';
import {type Pointer, rewriting} from './c-interface.js';
import {loadOnnxRuntime} from './onnxruntime.js';

/** Arrays by the graph's names: read as inputs, written in place as outputs. */
export type NamedArrays = Readonly<Record<string, {readonly values: Float32Array; readonly shape: readonly number[]}>>;

export interface GraphOptions {
  /** How many threads share one node's arithmetic. */
  readonly numThreads: number;
  /** Whether ONNX Runtime rewrites the graph before it runs it. */
  readonly isRewritten: boolean;
  /** Whether threads without work wait for it busily for a moment: faster alone, a waste where others want the cores. */
  readonly spins: boolean;
}

/**
 * One loaded graph whose inputs and outputs are bound to arrays once. `run()` is synchronous, reads the inputs' arrays where they
 * are and writes into the outputs' arrays; nothing is allocated or copied.
 */
export class BoundGraph {
  readonly #session: Pointer;
  readonly #binding: Pointer;
  readonly #options: Pointer;
  readonly #tensors: Pointer[] = [];
  /** ONNX Runtime knows only addresses; this keeps what is there. */
  readonly #arrays: Float32Array[] = [];

  constructor(model: Uint8Array, inputs: NamedArrays, outputs: NamedArrays, options: GraphOptions) {
    const ort = loadOnnxRuntime();
    this.#session = ort.createSession(ort.environment, model, {
      numThreads: options.numThreads,
      rewriting: options.isRewritten ? rewriting.all : rewriting.disabled,
      entries: {'session.intra_op.allow_spinning': options.spins ? '1' : '0'},
    });
    this.#binding = ort.createBinding(this.#session);
    this.#options = ort.createRunOptions();
    for (const name of ort.inputNames(this.#session)) {
      const held = inputs[name];
      if (!held) throw new Error(`the graph reads ${name}, which nobody binds`);
      ort.bindInput(this.#binding, name, this.#tensor(held));
    }
    for (const [name, held] of Object.entries(outputs)) ort.bindOutput(this.#binding, name, this.#tensor(held));
  }

  run(): void {
    try {
      loadOnnxRuntime().run(this.#session, this.#options, this.#binding);
    } catch (error) {
      throw explainFailure(error);
    }
  }

  dispose(): void {
    const {release} = loadOnnxRuntime();
    release('IoBinding', this.#binding);
    for (const tensor of this.#tensors.splice(0)) release('Value', tensor);
    release('RunOptions', this.#options);
    release('Session', this.#session);
    this.#arrays.length = 0;
  }

  #tensor({values, shape}: NamedArrays[string]): Pointer {
    const ort = loadOnnxRuntime();
    const tensor = ort.createTensor(ort.memoryInfo, values, shape);
    this.#tensors.push(tensor);
    this.#arrays.push(values);
    return tensor;
  }
}
