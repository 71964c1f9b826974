import * as tf from '@tensorflow/tfjs-core';
import {ExpError} from '../../support/errors.js';
import type {Shape} from '../../support/tensor.js';
import type {KernelCall, Origin, RecordedGraph, RecordedType, RecordedValue} from './graph.js';
import {kernels} from './kernels/index.js';
import {locate, titleOf} from './origin.js';

const backendName = 'exp-recorder';

/**
 * A TensorFlow.js backend that computes nothing: each kernel only infers its output shapes and is written down.
 * Recording a step of any size therefore costs milliseconds, and the model's real weights are never touched, because no kernel
 * here ever reads a tensor's data.
 */
class RecorderBackend extends tf.KernelBackend {
  recording: Recording | undefined;
  readonly #references = new WeakMap<object, number>();
  #numDataIds = 0;

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.#active().constant(values, shape, dtype);
  }

  created(): void {
    this.#numDataIds++;
  }

  override incRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) + 1);
  }

  override refCount(dataId: object): number {
    return this.#references.get(dataId) ?? 1;
  }

  override disposeData(dataId: object, force = false): boolean {
    const count = this.refCount(dataId) - 1;
    this.#references.set(dataId, count);
    if (count > 0 && !force) return false;
    this.#numDataIds--;
    return true;
  }

  override numDataIds(): number {
    return this.#numDataIds;
  }

  override memory(): {unreliable: boolean} {
    return {unreliable: true};
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override readSync(): never {
    throw new ExpError(
      'KERNEL_UNSUPPORTED',
      'this model reads tensor values on the host inside a training step, which cannot be recorded as a graph',
      'train it with --engine eager',
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override dispose(): void {}

  run(kernel: string, inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): tf.TensorInfo | tf.TensorInfo[] {
    return this.#active().call(kernel, inputs, attrs);
  }

  #active(): Recording {
    if (!this.recording) throw new Error('a tensor was made on the recording backend outside a recording');
    return this.recording;
  }
}

let backend: RecorderBackend | undefined;

function installBackend(): RecorderBackend {
  if (backend) return backend;
  const created = new RecorderBackend();
  tf.registerBackend(backendName, () => created, 0);
  for (const kernelName of Object.keys(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({inputs, attrs}) => created.run(kernelName, inputs, attrs ?? {}),
    });
  }
  backend = created;
  return created;
}

/** One recording in progress: declares inputs, hands out outputs, and collects the kernel calls between. */
export class Recording {
  readonly #values = new WeakMap<object, RecordedValue>();
  readonly #inputs: RecordedValue[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #outputs = new Map<string, RecordedValue>();
  #nextId = 0;
  #origin: Origin | undefined;
  /** Whose kernels stand on TensorFlow.js's tape from which place on. */
  readonly #sections: {readonly origin: Origin; readonly start: number}[] = [];

  constructor(private readonly owner: RecorderBackend) {}

  /** A graph input that exists only in the recording: a batch, a mask. The caller's tidy disposes it. */
  input(name: string, shape: Shape, dtype: RecordedType = 'float32'): tf.Tensor {
    const info = this.#declare({kind: 'input', name}, shape, dtype);
    this.#inputs.push(this.#values.get(info.dataId)!);
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  /** Declares that an existing tensor (a weight living on another backend) is a graph input. It is not read or moved. */
  bind(name: string, tensor: tf.Tensor): void {
    const value = this.#value({kind: 'input', name}, tensor.shape, recordedType(tensor.dtype, name));
    this.#values.set(tensor.dataId, value);
    this.#inputs.push(value);
  }

  output(name: string, tensor: tf.Tensor): void {
    this.#outputs.set(name, this.#lookUp(tensor, 'output'));
  }

  /** What the calls from now on are recorded for, or, at the end of a failed recording, the last one was. */
  get origin(): Origin | undefined {
    return this.#origin;
  }

  /** Calls from here on are recorded for this part of the step, and so are their gradients (`tellGradients`). */
  enter(name: string, title: string): void {
    this.#origin = {name, title, isGradient: false};
    this.#sections.push({origin: this.#origin, start: tf.engine().state.activeTape?.length ?? 0});
  }

  /**
   * Lets the gradients of what was recorded so far say whose they are. To be called at the end of the function that is
   * differentiated: TensorFlow.js's tape is complete then, and about to be played backwards.
   */
  tellGradients(): void {
    const tape = tf.engine().state.activeTape;
    for (const [index, {origin, start}] of this.#sections.entries()) {
      const gradientOrigin: Origin = {...origin, isGradient: true};
      for (const node of tape.slice(start, this.#sections[index + 1]?.start)) {
        const {gradient} = node;
        if (!gradient) continue;
        node.gradient = (dys) => {
          const thunks = this.#within(gradientOrigin, () => gradient(dys));
          return Object.fromEntries(
            Object.entries(thunks).map(([name, thunk]) => [name, () => this.#within(gradientOrigin, thunk)]),
          );
        };
      }
    }
    this.#origin = undefined;
  }

  /** The origin stays where something is thrown, for the message. */
  #within<Result>(origin: Origin, run: () => Result): Result {
    this.#origin = origin;
    const result = run();
    this.#origin = undefined;
    return result;
  }

  graph(): RecordedGraph {
    return {inputs: this.#inputs, calls: this.#calls, outputs: this.#outputs};
  }

  constant(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const numbers = values as ArrayLike<number>;
    const first = Number(numbers[0] ?? 0);
    for (let i = 1; i < numbers.length; i++) {
      if (Number(numbers[i]) !== first) {
        throw new ExpError(
          'KERNEL_UNSUPPORTED',
          `a layer computed a tensor of shape [${shape.join(', ')}] on the host inside a training step; a recorded graph would freeze its values`,
          'train this model with --engine eager',
        );
      }
    }
    return this.#declare({kind: 'constant', value: first}, shape, recordedType(dtype, 'a constant')).dataId;
  }

  call(kernel: string, inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): tf.TensorInfo | tf.TensorInfo[] {
    const named: Record<string, RecordedValue> = {};
    for (const [name, info] of Object.entries(inputs)) if (info) named[name] = this.#lookUp(info, kernel);
    const outputs: RecordedValue[] = [];
    const call: KernelCall = {kernel, inputs: named, attrs: {...attrs}, outputs, origin: this.#origin};
    const inferred = kernels[kernel]!.infer(call.inputs, call.attrs);
    const infos = inferred.map(({shape, dtype}) => {
      const info = this.#declare({kind: 'kernel'}, shape, dtype);
      outputs.push(this.#values.get(info.dataId)!);
      return info;
    });
    this.#calls.push(call);
    return infos.length === 1 ? infos[0]! : infos;
  }

  #lookUp(info: tf.TensorInfo, user: string): RecordedValue {
    const value = this.#values.get(info.dataId);
    if (value) return value;
    throw new ExpError(
      'KERNEL_UNSUPPORTED',
      `${user} reads a tensor of shape [${info.shape.join(', ')}] that was made outside the recorded step`,
      'train this model with --engine eager',
    );
  }

  #declare(source: RecordedValue['source'], shape: Shape, dtype: RecordedType): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, this.#value(source, shape, dtype));
    this.owner.created();
    return {dataId, shape: [...shape], dtype};
  }

  #value(source: RecordedValue['source'], shape: Shape, dtype: RecordedType): RecordedValue {
    return {id: this.#nextId++, shape: [...shape], dtype, source};
  }
}

function recordedType(dtype: string, what: string): RecordedType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new ExpError(
    'KERNEL_UNSUPPORTED',
    `${what} has element type ${dtype}; the compiled engine knows float32, int32 and bool`,
  );
}

/**
 * Runs `build` once on the recording backend and returns what it did as a graph. The backend that was active is active again
 * afterwards, whatever happens, and no tensor stays behind.
 * @throws ExpError KERNEL_UNSUPPORTED when the step cannot be recorded
 */
export function record(build: (recording: Recording) => void): RecordedGraph {
  const recorder = installBackend();
  const before = tf.getBackend();
  const recording = new Recording(recorder);
  recorder.recording = recording;
  try {
    tf.setBackend(backendName);
    tf.tidy(() => build(recording));
  } catch (error) {
    throw explain(error, recording.origin);
  } finally {
    tf.setBackend(before);
    recorder.recording = undefined;
  }
  return recording.graph();
}

function explain(error: unknown, origin: Origin | undefined): unknown {
  const missing =
    error instanceof Error && /Cannot find registered kernel '(\w+)'|Kernel '(\w+)' not registered/.exec(error.message);
  if (!missing) return locate(error, origin);
  const kernel = missing[1] ?? missing[2];
  return new ExpError(
    'KERNEL_UNSUPPORTED',
    `the compiled engine has no lowering for the kernel ${kernel}${origin ? ` of ${titleOf(origin)}` : ''}`,
    'train this model with --engine eager',
    {cause: error},
  );
}
