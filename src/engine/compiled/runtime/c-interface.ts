import type {TypeObject} from 'koffi';

/** An address in native memory, as koffi gives it. */
export type Pointer = object | bigint | number;

/** Version of the C interface that is asked for; functions are only ever appended to it, so later libraries know it too. */
export const apiVersion = 18;

/** Levels of onnxruntime_c_api.h. */
export const rewriting = {disabled: 0, basic: 1, extended: 2, all: 99} as const;
const [fatal, float32, deviceAllocator, arenaAllocator, defaultMemory] = [4, 1, 0, 1, 0];

/** Where a function stands in the table `OrtApi` of onnxruntime_c_api.h, and what it takes. All return a status, null for success. */
const table = {
  CreateEnv: {index: 3, takes: ['int', 'str', 'out']},
  CreateSessionFromArray: {index: 8, takes: ['void *', 'void *', 'size_t', 'void *', 'out']},
  CreateSessionOptions: {index: 10, takes: ['out']},
  SetSessionGraphOptimizationLevel: {index: 23, takes: ['void *', 'int']},
  SetIntraOpNumThreads: {index: 24, takes: ['void *', 'int']},
  SetInterOpNumThreads: {index: 25, takes: ['void *', 'int']},
  SessionGetInputCount: {index: 30, takes: ['void *', 'outSize']},
  SessionGetInputName: {index: 36, takes: ['void *', 'size_t', 'void *', 'out']},
  CreateRunOptions: {index: 39, takes: ['out']},
  CreateTensorAsOrtValue: {index: 48, takes: ['void *', 'int64_t *', 'size_t', 'int', 'out']},
  CreateTensorWithDataAsOrtValue: {
    index: 49,
    takes: ['void *', 'void *', 'size_t', 'int64_t *', 'size_t', 'int', 'out'],
  },
  CreateMemoryInfo: {index: 68, takes: ['str', 'int', 'int', 'int', 'out']},
  CreateCpuMemoryInfo: {index: 69, takes: ['int', 'int', 'out']},
  AllocatorFree: {index: 76, takes: ['void *', 'void *']},
  GetAllocatorWithDefaultOptions: {index: 78, takes: ['out']},
  AddSessionConfigEntry: {index: 130, takes: ['void *', 'str', 'str']},
  CreateAllocator: {index: 131, takes: ['void *', 'void *', 'out']},
  RunWithBinding: {index: 133, takes: ['void *', 'void *', 'void *']},
  CreateIoBinding: {index: 134, takes: ['void *', 'out']},
  BindInput: {index: 136, takes: ['void *', 'str', 'void *']},
  BindOutput: {index: 137, takes: ['void *', 'str', 'void *']},
  SessionOptionsAppendExecutionProvider_CUDA_V2: {index: 204, takes: ['void *', 'void *']},
  CreateCUDAProviderOptions: {index: 205, takes: ['out']},
  UpdateCUDAProviderOptions: {index: 206, takes: ['void *', 'char **', 'char **', 'size_t']},
  SessionOptionsAppendExecutionProvider: {index: 216, takes: ['void *', 'str', 'char **', 'char **', 'size_t']},
} as const;

/** Functions that free something and return nothing. */
const releases = {
  Status: 93,
  MemoryInfo: 94,
  Session: 95,
  Value: 96,
  RunOptions: 97,
  SessionOptions: 100,
  Allocator: 132,
  IoBinding: 135,
  CUDAProviderOptions: 208,
} as const;

/** What runs a graph's nodes instead of the processor. */
export interface ExecutionProvider {
  readonly name: 'WebGPU' | 'CUDA';
  readonly options: Readonly<Record<string, string>>;
}

/** ONNX Runtime's C functions as we use them. Each throws an Error with ONNX Runtime's own words when the call fails. */
export interface OrtFunctions {
  createEnvironment(): Pointer;
  createMemoryInfo(): Pointer;
  /** @param entries ONNX Runtime's configuration keys */
  createSession(
    environment: Pointer,
    model: Uint8Array,
    options: {
      readonly numThreads: number;
      readonly rewriting: number;
      readonly entries: Readonly<Record<string, string>>;
      readonly provider?: ExecutionProvider | undefined;
    },
  ): Pointer;
  /** Of the session's provider: for tensors that stay on the device. @param memory as ONNX Runtime calls it, `WebGPU_Buffer` */
  createAllocator(session: Pointer, memory: string, deviceIndex: number): Pointer;
  /** A tensor that ONNX Runtime holds itself; what is in it is not defined. It must not outlive its allocator. */
  createDeviceTensor(allocator: Pointer, shape: readonly number[]): Pointer;
  inputNames(session: Pointer): readonly string[];
  createRunOptions(): Pointer;
  createBinding(session: Pointer): Pointer;
  /** A tensor over `values`, which the caller keeps alive as long as the tensor. */
  createTensor(memoryInfo: Pointer, values: Float32Array, shape: readonly number[]): Pointer;
  bindInput(binding: Pointer, name: string, tensor: Pointer): void;
  bindOutput(binding: Pointer, name: string, tensor: Pointer): void;
  run(session: Pointer, options: Pointer, binding: Pointer): void;
  release(kind: keyof typeof releases, pointer: Pointer): void;
}

type Call = (...given: readonly unknown[]) => Pointer | null;

/** @param api ONNX Runtime's table of functions */
export function functions(koffi: typeof import('koffi'), api: Pointer): OrtFunctions {
  const kinds: Readonly<Record<string, TypeObject | string>> = {
    out: koffi.out(koffi.pointer('void *')) as unknown as TypeObject,
    outSize: koffi.out(koffi.pointer('size_t')) as unknown as TypeObject,
  };
  const at = (index: number, returns: string, takes: readonly string[]): Call =>
    koffi.decode(
      koffi.decode(api, index * koffi.sizeof('void *'), 'void *'),
      koffi.proto(
        returns,
        takes.map((kind) => kinds[kind] ?? kind),
      ),
    );
  const calls = Object.fromEntries(
    Object.entries(table).map(([name, {index, takes}]) => [name, at(index, 'void *', takes)]),
  ) as Readonly<Record<keyof typeof table, Call>>;
  const messageOf = at(2, 'str', ['void *']) as unknown as (status: Pointer) => string;
  const release = Object.fromEntries(
    Object.entries(releases).map(([kind, index]) => [kind, at(index, 'void', ['void *'])]),
  ) as Readonly<Record<keyof typeof releases, Call>>;

  const check = (status: Pointer | null): void => {
    if (status === null) return;
    const message = messageOf(status);
    release.Status(status);
    throw new Error(message);
  };
  const made = (call: (out: [Pointer | null]) => Pointer | null): Pointer => {
    const out: [Pointer | null] = [null];
    check(call(out));
    if (out[0] === null) throw new Error('ONNX Runtime made nothing');
    return out[0];
  };
  const {RunWithBinding} = calls;
  const append = (sessionOptions: Pointer, {name, options}: ExecutionProvider): void => {
    const [keys, values] = [Object.keys(options), Object.values(options)];
    if (name !== 'CUDA') {
      check(calls.SessionOptionsAppendExecutionProvider(sessionOptions, name, keys, values, keys.length));
      return;
    }
    const own = made((out) => calls.CreateCUDAProviderOptions(out));
    try {
      check(calls.UpdateCUDAProviderOptions(own, keys, values, keys.length));
      check(calls.SessionOptionsAppendExecutionProvider_CUDA_V2(sessionOptions, own));
    } finally {
      release.CUDAProviderOptions(own);
    }
  };
  return {
    createEnvironment: () => made((out) => calls.CreateEnv(fatal, 'exp', out)),
    createMemoryInfo: () => made((out) => calls.CreateCpuMemoryInfo(arenaAllocator, defaultMemory, out)),
    createSession(environment, model, {numThreads, rewriting, entries, provider}) {
      const options = made((out) => calls.CreateSessionOptions(out));
      try {
        check(calls.SetSessionGraphOptimizationLevel(options, rewriting));
        check(calls.SetIntraOpNumThreads(options, numThreads));
        check(calls.SetInterOpNumThreads(options, 1));
        for (const [key, value] of Object.entries(entries)) check(calls.AddSessionConfigEntry(options, key, value));
        if (provider) append(options, provider);
        return made((out) => calls.CreateSessionFromArray(environment, model, model.byteLength, options, out));
      } finally {
        release.SessionOptions(options);
      }
    },
    createAllocator(session, memory, deviceIndex) {
      const info = made((out) => calls.CreateMemoryInfo(memory, deviceAllocator, deviceIndex, defaultMemory, out));
      try {
        return made((out) => calls.CreateAllocator(session, info, out));
      } finally {
        release.MemoryInfo(info);
      }
    },
    createDeviceTensor(allocator, shape) {
      const dimensions = BigInt64Array.from(shape, BigInt);
      return made((out) => calls.CreateTensorAsOrtValue(allocator, dimensions, dimensions.length, float32, out));
    },
    inputNames(session) {
      const allocator = made((out) => calls.GetAllocatorWithDefaultOptions(out));
      const count: [number] = [0];
      check(calls.SessionGetInputCount(session, count));
      return Array.from({length: Number(count[0])}, (_, index) => {
        const text = made((out) => calls.SessionGetInputName(session, index, allocator, out));
        const name: string = koffi.decode(text, 'char', -1);
        check(calls.AllocatorFree(allocator, text));
        return name;
      });
    },
    createRunOptions: () => made((out) => calls.CreateRunOptions(out)),
    createBinding: (session) => made((out) => calls.CreateIoBinding(session, out)),
    createTensor(memoryInfo, values, shape) {
      const dimensions = BigInt64Array.from(shape, BigInt);
      return made((out) =>
        calls.CreateTensorWithDataAsOrtValue(
          memoryInfo,
          values,
          values.byteLength,
          dimensions,
          dimensions.length,
          float32,
          out,
        ),
      );
    },
    bindInput: (binding, name, tensor) => check(calls.BindInput(binding, name, tensor)),
    bindOutput: (binding, name, tensor) => check(calls.BindOutput(binding, name, tensor)),
    run: (session, options, binding) => check(RunWithBinding(session, options, binding)),
    release: (kind, pointer) => void release[kind](pointer),
  };
}
