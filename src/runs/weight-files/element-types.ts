/** Types that weights come in, as safetensors calls them, and how their bytes become 32-bit floats. */
export const floatTypes = {
  F64: {bytes: 8, read: (view: DataView, at: number): number => view.getFloat64(at, true)},
  F32: {bytes: 4, read: (view: DataView, at: number): number => view.getFloat32(at, true)},
  F16: {bytes: 2, read: (view: DataView, at: number): number => halfToNumber(view.getUint16(at, true))},
  BF16: {bytes: 2, read: (view: DataView, at: number): number => upperHalf(view.getUint16(at, true))},
} as const;

export type FloatType = keyof typeof floatTypes;

export const isFloatType = (name: string): name is FloatType => Object.hasOwn(floatTypes, name);

/** @param bytes little-endian, a whole number of elements */
export function toFloats(bytes: Uint8Array, type: FloatType): Float32Array {
  const {bytes: width, read} = floatTypes[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(bytes.length / width);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * width);
  return values;
}

/** IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a 32-bit float. */
function upperHalf(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}
