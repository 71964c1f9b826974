/** Kinds of numbers that arrays of examples are made of. */
const arrayTypes = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type ElementKind = keyof typeof arrayTypes;

/** Numbers of one kind in memory. */
export type Elements = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Bytes of one number. */
export const bytesOf = (kind: ElementKind): number => arrayTypes[kind].BYTES_PER_ELEMENT;

/** `length` zeros. */
export const newElements = (kind: ElementKind, length: number): Elements => new arrayTypes[kind](length);

/** As many zeros where other threads see them too. */
export const newSharedElements = (kind: ElementKind, length: number): Elements =>
  elementsIn(kind, new SharedArrayBuffer(length * bytesOf(kind)), 0, length);

/** Numbers of a kind that lie in a buffer. @param byteOffset a multiple of the kind's bytes */
export const elementsIn = (kind: ElementKind, buffer: ArrayBufferLike, byteOffset: number, length: number): Elements =>
  new arrayTypes[kind](buffer as ArrayBuffer, byteOffset, length);

export function kindOf(values: Elements): ElementKind {
  for (const [kind, type] of Object.entries(arrayTypes)) if (values instanceof type) return kind as ElementKind;
  throw new TypeError('not an array of numbers');
}

/** The bytes of an array, not copied. */
export const bytesIn = (values: Elements): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
