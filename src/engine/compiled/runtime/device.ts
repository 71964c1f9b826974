import {ExpError} from '../../../support/errors.js';
import {type Shape, sizeOf} from '../../../support/tensor.js';
import {explainFailure} from '../../explain-failure.js';
import {GraphBuilder} from '../onnx/builder.js';
import {encodeModel} from '../onnx/proto.js';
import {type ExecutionProvider, type Pointer, rewriting} from './c-interface.js';
import {loadOnnxRuntime} from './onnxruntime.js';
import {explainProviderFailure, explainRefusal} from './provider-failure.js';

/** Where a graph runs that does not run on the processor. */
export type DeviceKind = 'webgpu' | 'cuda';

/** Numbers that stay on the device. */
export interface DeviceTensor {
  readonly pointer: Pointer;
  readonly shape: Shape;
}

/** Numbers in ordinary memory that a graph reads or writes. */
export interface HostTensor {
  readonly values: Float32Array;
  readonly shape: Shape;
}

/** How ONNX Runtime calls a device and its memory. */
const providers: Readonly<
  Record<DeviceKind, {readonly memory: string; provider(index: number): ExecutionProvider; readonly isStrict: boolean}>
> = {
  webgpu: {
    memory: 'WebGPU_Buffer',
    provider: () => ({name: 'WebGPU', options: {}}),
    isStrict: true,
  },
  cuda: {
    memory: 'Cuda',
    provider: (index) => ({
      name: 'CUDA',
      options: {
        device_id: String(index),
        // Memory as it is needed and no more, so that several runs fit on one card; algorithms by rule and not by trial, so that runs repeat.
        arena_extend_strategy: 'kSameAsRequested',
        cudnn_conv_algo_search: 'HEURISTIC',
        use_tf32: '0',
      },
    }),
    isStrict: false,
  },
};

const known = new Map<string, Device>();

/**
 * One device of this process: it makes tensors there, copies them, and loads graphs that run on it. Made once and kept, because a
 * WebGPU device that the last session lets go of is made anew for the next.
 */
export class Device {
  readonly #provider: ExecutionProvider;
  readonly #copySession: Pointer;
  readonly #allocator: Pointer;
  readonly #runOptions: Pointer;

  /** @throws ExpError ENGINE_UNAVAILABLE, with what is missing and what mends it */
  static open(kind: DeviceKind, index = 0): Device {
    const key = `${kind}:${index}`;
    const device = known.get(key) ?? new Device(kind, index);
    known.set(key, device);
    return device;
  }

  private constructor(
    readonly kind: DeviceKind,
    readonly index: number,
  ) {
    const ort = loadOnnxRuntime();
    const {memory, provider} = providers[kind];
    this.#provider = provider(index);
    try {
      this.#copySession = this.#createSession(copyModel(), rewriting.disabled);
      this.#allocator = ort.createAllocator(this.#copySession, memory, index);
      this.#runOptions = ort.createRunOptions();
      this.#check();
    } catch (error) {
      throw explainProviderFailure(index === 0 ? kind : `${kind}:${index}`, error);
    }
  }

  /** What is in it is not defined. */
  create(shape: Shape): DeviceTensor {
    return {pointer: loadOnnxRuntime().createDeviceTensor(this.#allocator, shape), shape};
  }

  free({pointer}: DeviceTensor): void {
    loadOnnxRuntime().release('Value', pointer);
  }

  upload(values: Float32Array, to: DeviceTensor): void {
    this.#copy({values, shape: [values.length]}, to);
  }

  download(from: DeviceTensor): Float32Array {
    const values = new Float32Array(sizeOf(from.shape));
    this.#copy(from, {values, shape: [values.length]});
    return values;
  }

  /**
   * Loads a graph. @param isRewritten whether ONNX Runtime rewrites it first
   * @throws ExpError KERNEL_UNSUPPORTED when part of it does not run on a WebGPU device
   */
  load(model: Uint8Array, isRewritten = true): DeviceGraph {
    try {
      return new DeviceGraph(this.#createSession(model, isRewritten ? rewriting.all : rewriting.disabled));
    } catch (error) {
      throw notOnDevice(this.kind, error);
    }
  }

  #createSession(model: Uint8Array, level: number): Pointer {
    const ort = loadOnnxRuntime();
    const {isStrict} = providers[this.kind];
    return ort.createSession(ort.environment, model, {
      numThreads: 1,
      rewriting: level,
      // A node that wanders to the processor takes its numbers along, there and back, at every step.
      entries: {'session.disable_cpu_ep_fallback': isStrict ? '1' : '0', 'session.intra_op.allow_spinning': '0'},
      provider: this.#provider,
    });
  }

  /** Whether numbers come back as they were sent: drivers have been seen that compute nothing. */
  #check(): void {
    const sent = Float32Array.of(1, -2, 3.5);
    const tensor = this.create([sent.length]);
    this.upload(sent, tensor);
    const received = this.download(tensor);
    this.free(tensor);
    if (received.some((value, index) => value !== sent[index]))
      throw new Error('numbers do not come back as they were sent');
  }

  #copy(from: HostTensor | DeviceTensor, to: HostTensor | DeviceTensor): void {
    const ort = loadOnnxRuntime();
    const made: Pointer[] = [];
    const pointerOf = (tensor: HostTensor | DeviceTensor): Pointer => {
      if ('pointer' in tensor) return tensor.pointer;
      made.push(ort.createTensor(ort.memoryInfo, tensor.values, tensor.shape));
      return made.at(-1)!;
    };
    const binding = ort.createBinding(this.#copySession);
    try {
      ort.bindInput(binding, 'from', pointerOf(from));
      ort.bindOutput(binding, 'to', pointerOf(to));
      ort.run(this.#copySession, this.#runOptions, binding);
    } finally {
      ort.release('IoBinding', binding);
      for (const tensor of made) ort.release('Value', tensor);
    }
  }
}

/** A graph on a device. Its inputs and outputs lie there or in ordinary memory; it is bound to as many sets of them as there are. */
export class DeviceGraph {
  readonly #session: Pointer;
  readonly #options: Pointer;
  readonly #bindings: BoundTensors[] = [];
  readonly #inputNames: readonly string[];

  constructor(session: Pointer) {
    const ort = loadOnnxRuntime();
    this.#session = session;
    this.#options = ort.createRunOptions();
    this.#inputNames = ort.inputNames(session);
  }

  /** Binds all inputs and outputs. The arrays among them are read at each run, and written in place. */
  bind(
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
    outputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
  ): BoundTensors {
    const unbound = this.#inputNames.find((name) => !inputs[name]);
    if (unbound !== undefined) throw new Error(`the graph reads ${unbound}, which nobody binds`);
    const read = Object.fromEntries(this.#inputNames.map((name) => [name, inputs[name]!]));
    const bound = new BoundTensors(this.#session, this.#options, read, outputs);
    this.#bindings.push(bound);
    return bound;
  }

  dispose(): void {
    const {release} = loadOnnxRuntime();
    for (const binding of this.#bindings.splice(0)) binding.dispose();
    release('RunOptions', this.#options);
    release('Session', this.#session);
  }
}

/** A graph's inputs and outputs, bound. */
export class BoundTensors {
  readonly #binding: Pointer;
  readonly #sent: {readonly name: string; readonly tensor: Pointer}[] = [];
  readonly #made: Pointer[] = [];
  /** ONNX Runtime knows only addresses; this keeps what is there. */
  readonly #arrays: Float32Array[] = [];

  constructor(
    private readonly session: Pointer,
    private readonly options: Pointer,
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
    outputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
  ) {
    const ort = loadOnnxRuntime();
    this.#binding = ort.createBinding(session);
    for (const [name, held] of Object.entries(inputs)) {
      if ('pointer' in held) ort.bindInput(this.#binding, name, held.pointer);
      else this.#sent.push({name, tensor: this.#tensor(held)});
    }
    for (const [name, held] of Object.entries(outputs))
      ort.bindOutput(this.#binding, name, 'pointer' in held ? held.pointer : this.#tensor(held));
  }

  run(): void {
    const ort = loadOnnxRuntime();
    try {
      // Binding is when ONNX Runtime copies an input to a device: what was bound once would be read once.
      for (const {name, tensor} of this.#sent) ort.bindInput(this.#binding, name, tensor);
      ort.run(this.session, this.options, this.#binding);
    } catch (error) {
      throw explainRefusal(explainFailure(error));
    }
  }

  dispose(): void {
    const {release} = loadOnnxRuntime();
    release('IoBinding', this.#binding);
    for (const tensor of this.#made.splice(0)) release('Value', tensor);
    this.#arrays.length = 0;
  }

  #tensor({values, shape}: HostTensor): Pointer {
    const ort = loadOnnxRuntime();
    const tensor = ort.createTensor(ort.memoryInfo, values, shape);
    this.#made.push(tensor);
    this.#arrays.push(values);
    return tensor;
  }
}

/** A vector of any length, copied. */
function copyModel(): Uint8Array {
  const vector = (name: string) => ({name, type: 'float32', shape: ['length']}) as const;
  const graph = {
    ...new GraphBuilder([]).finish('copy', new Map()),
    nodes: [{label: 'copy', op: 'Identity', inputs: ['from'], outputs: ['to'], attributes: {}}],
    inputs: [vector('from')],
    outputs: [vector('to')],
  };
  return encodeModel(graph, 21);
}

function notOnDevice(kind: DeviceKind, error: unknown): unknown {
  if (!(error instanceof Error) || !/fallback to CPU EP has been explicitly disabled/.test(error.message)) return error;
  return new ExpError(
    'KERNEL_UNSUPPORTED',
    `part of this model does not run on ${kind} in the compiled engine: ONNX Runtime would compute it on the processor`,
    `train this model with --engine eager, or with --device cpu`,
    {cause: error},
  );
}
