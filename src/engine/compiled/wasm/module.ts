/** A WebAssembly module with one function and one imported memory, assembled byte by byte (WebAssembly 2.0 with SIMD). */

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** IEEE 754 single, little endian. */
export const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

export const types = {i32: 0x7f, f32: 0x7d, v128: 0x7b} as const;
export type WasmType = keyof typeof types;

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

/** The instructions that the update kernels use. */
export const instructions = {
  localGet: (index: number) => [0x20, ...unsigned(index)],
  localSet: (index: number) => [0x21, ...unsigned(index)],
  i32Const: (value: number) => [0x41, ...unsigned(value)], // only values below 64, where signed and unsigned LEB128 agree
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32LessUnsigned: [0x49],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  branchIf: (depth: number) => [0x0d, ...unsigned(depth)],
  end: [0x0b],
  f32Const: (value: number) => [0x43, ...float32(value)],
  f32FromLane: (lane: number) => [...simd(31), lane],
  splat: simd(19),
  loadSplat: [...simd(9), 2, 0],
  f64Load: [0x2b, 3, 0],
  f64Store: [0x39, 3, 0],
  f64Add: [0xa0],
  f64FromF32: [0xbb],
  v128: {
    load: [...simd(0), 4, 0],
    store: [...simd(11), 4, 0],
    abs: simd(224),
    sqrt: simd(227),
    add: simd(228),
    sub: simd(229),
    mul: simd(230),
    div: simd(231),
    min: simd(232),
    max: simd(233),
  },
  f32: {
    load: [0x2a, 2, 0],
    store: [0x38, 2, 0],
    abs: [0x8b],
    sqrt: [0x91],
    add: [0x92],
    sub: [0x93],
    mul: [0x94],
    div: [0x95],
    min: [0x96],
    max: [0x97],
  },
} as const;

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (value: string): number[] => [...unsigned(value.length), ...Buffer.from(value)];

export interface WasmFunction {
  readonly parameters: readonly WasmType[];
  /** In order, after the parameters. */
  readonly locals: readonly WasmType[];
  readonly body: readonly number[];
}

/** @returns the binary of a module that imports `env.memory` and exports `run` */
export function assemble({parameters, locals, body}: WasmFunction): Uint8Array<ArrayBuffer> {
  const code = [
    ...unsigned(locals.length),
    ...locals.flatMap((type) => [1, types[type]]),
    ...body,
    ...instructions.end,
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...unsigned(parameters.length), ...parameters.map((type) => types[type]), 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('run'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
