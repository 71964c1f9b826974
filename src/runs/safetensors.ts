import {closeSync, fsyncSync, openSync, readFileSync, writeSync} from 'node:fs';
import {sizeOf, type TensorData} from '../support/tensor.js';
import {invalidSafetensors, parseSafetensorsHeader} from './safetensors-header.js';

/** One tensor as the header of the format describes it. */
interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range inside the data that follow the header. */
  readonly data_offsets: readonly [number, number];
}

/** float32, as weights are, or float64, as sums are. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

const bytesPerFloat = 4;
const alignment = 8;

/**
 * Header of a safetensors file: 8 bytes little-endian length, then JSON padded with spaces to a multiple of 8.
 * Format: https://github.com/huggingface/safetensors#format
 */
function encodeHeader(tensors: ReadonlyMap<string, WrittenTensor>, metadata: Readonly<Record<string, string>>): Buffer {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, {shape, values}] of tensors) {
    if (values.length !== sizeOf(shape)) throw new Error(`${name}: ${values.length} values for shape [${shape}]`);
    const end = offset + values.byteLength;
    header[name] = {
      dtype: values instanceof Float64Array ? 'F64' : 'F32',
      shape: [...shape],
      data_offsets: [offset, end],
    };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(json.length / alignment) * alignment;
  const result = Buffer.alloc(8 + padded, ' ');
  result.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(result, 8);
  return result;
}

/** A whole file in memory, a copy of the tensors. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, WrittenTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const data = Array.from(tensors.values(), ({values: {buffer, byteOffset, byteLength}}) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([encodeHeader(tensors, metadata), ...data]);
}

/**
 * Writes named float32 tensors in the safetensors format, which PyTorch, JAX, Keras and others read; on the disk when it returns.
 * @throws the file system's error; a half-written file may stay, so write into a temporary folder and rename.
 */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const descriptor = openSync(file, 'w');
  try {
    writeFully(descriptor, encodeHeader(tensors, metadata));
    for (const {values} of tensors.values()) {
      writeFully(descriptor, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** writeSync may write a part only (a disk about to be full); this goes on until all is written or the system says why not. */
function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/**
 * Reads the float32 tensors of a safetensors file, in the order of its header.
 * @throws ExpError DATA_INVALID when the file is truncated, is no safetensors file, or holds another number type.
 */
export function readSafetensors(file: string): ReadonlyMap<string, TensorData> {
  return decodeSafetensors(readFileSync(file), file);
}

/** {@link readSafetensors} of bytes in memory. @param source for messages. */
export function decodeSafetensors(bytes: Uint8Array, source: string): ReadonlyMap<string, TensorData> {
  const tensors = new Map<string, TensorData>();
  for (const [name, {dtype, shape, begin, end}] of parseSafetensorsHeader(bytes, bytes.length, source)) {
    if (dtype !== 'F32') throw invalidSafetensors(source, `${name} is ${dtype}, expected F32`);
    const values = new Float32Array((end - begin) / bytesPerFloat);
    new Uint8Array(values.buffer).set(bytes.subarray(begin, end));
    tensors.set(name, {shape, values});
  }
  return tensors;
}

/** The float64 tensors of a file in memory, each as a list of numbers. @throws ExpError DATA_INVALID */
export function decodeDoubles(bytes: Uint8Array, source: string): ReadonlyMap<string, Float64Array> {
  const lists = new Map<string, Float64Array>();
  for (const [name, {dtype, begin, end}] of parseSafetensorsHeader(bytes, bytes.length, source)) {
    if (dtype !== 'F64') throw invalidSafetensors(source, `${name} is ${dtype}, expected F64`);
    const values = new Float64Array((end - begin) / Float64Array.BYTES_PER_ELEMENT);
    new Uint8Array(values.buffer).set(bytes.subarray(begin, end));
    lists.set(name, values);
  }
  return lists;
}
